#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "http/running_server.hpp"
#include "support/cmocka.hpp"
#include "support/temporary_folder.hpp"

using namespace portal;
using namespace std::chrono_literals;
using test::Client;
using test::request_of;
using test::RunningServer;
using test::TlsClient;
using test::TlsWishes;

namespace {

/// A folder with a certificate and its key, and how to listen with them.
struct Site {
  Site() {
    test::make_certificate(folder.path(), "first.example");
    listener.kind = http::Listener::Kind::https;
    listener.address = "127.0.0.1";
    listener.certificate = folder.path() / "certificate.pem";
    listener.private_key = folder.path() / "key.pem";
  }
  test::TemporaryFolder folder;
  http::Listener listener;
};

void write_file(const std::filesystem::path& file, const std::string& content) {
  std::ofstream(file, std::ios::trunc) << content;
}

void tls_1_2_and_1_3_are_spoken_with_forward_secrecy(void**) {
  // W5
  const Site site;
  RunningServer server({}, site.listener);
  TlsClient modern(server.port());
  assert_true(modern.connected());
  test::assert_text(modern.version(), "TLSv1.3");
  test::assert_text(modern.ask(request_of("GET /hello")).body, "hello");
  test::assert_text(modern.ask(request_of("GET /hello")).body, "hello");
  TlsWishes old;
  old.newest = TLS1_2_VERSION;
  TlsClient older(server.port(), old);
  assert_true(older.connected());
  test::assert_text(older.version(), "TLSv1.2");
  assert_true(older.cipher().starts_with("ECDHE-"));
  test::assert_text(older.ask(request_of("GET /hello")).body, "hello");
}

void tls_1_1_and_weak_ciphers_are_refused(void**) {
  // W5
  const Site site;
  RunningServer server({}, site.listener);
  TlsWishes ancient;
  ancient.newest = TLS1_1_VERSION;
  assert_false(TlsClient(server.port(), ancient).connected());
  for (const char* ciphers : {"AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA", "eNULL:aNULL"}) {
    TlsWishes weak;
    weak.newest = TLS1_2_VERSION;
    weak.ciphers = ciphers;
    assert_false(TlsClient(server.port(), weak).connected());
  }
}

void only_http_1_1_is_agreed_on(void**) {
  const Site site;
  RunningServer server({}, site.listener);
  TlsWishes both;
  both.protocols = "\x02h2\x08http/1.1";
  test::assert_text(TlsClient(server.port(), both).protocol(), "http/1.1");
  TlsWishes other;
  other.protocols = "\x02h2";
  assert_false(TlsClient(server.port(), other).connected());
}

void a_stalled_handshake_is_cut_and_keeps_nobody_out(void**) {
  // C1
  const Site site;
  http::Limits limits;
  limits.header_timeout = 400ms;
  RunningServer server(limits, site.listener);
  Client silent = server.client();
  Client stalled = server.client();
  assert_true(stalled.send("\x16\x03\x01\x02"));
  TlsClient good(server.port());
  assert_true(good.connected());
  assert_true(silent.is_ended_within(2s));
  assert_true(stalled.is_ended_within(2s));
  TlsClient after(server.port());
  std::this_thread::sleep_for(200ms);
  test::assert_text(after.ask(request_of("GET /hello")).body, "hello");
}

void plain_http_on_the_tls_port_gets_no_answer(void**) {
  // W5
  const Site site;
  RunningServer server({}, site.listener);
  Client client = server.client();
  assert_true(client.send(request_of("GET /hello")));
  assert_true(client.receive_all().find("HTTP/1.1") == std::string::npos);
}

void a_tls_client_that_is_still_sending_receives_413(void**) {
  // C1
  const Site site;
  RunningServer server({}, site.listener);
  TlsClient client(server.port());
  const std::string body(1U << 20U, 'x');
  const test::Answer refused = client.ask(
      request_of("POST /echo", "Content-Length: " + std::to_string(body.size()) + "\r\n") + body);
  assert_int_equal(refused.status, 413);
}

void a_large_answer_arrives_whole_over_tls(void**) {
  const Site site;
  RunningServer server({}, site.listener);
  TlsClient client(server.port());
  assert_int_equal(client.ask(request_of("GET /large")).body.size(), 8U << 20U);
}

void a_new_certificate_is_for_new_connections(void**) {
  const Site site;
  RunningServer server({}, site.listener);
  TlsClient before(server.port());
  test::assert_text(before.server_name(), "first.example");
  test::make_certificate(site.folder.path(), "second.example");
  assert_ok(server->reload_certificate());
  test::assert_text(before.ask(request_of("GET /hello")).body, "hello");
  TlsClient after(server.port());
  test::assert_text(after.server_name(), "second.example");
  test::assert_text(after.ask(request_of("GET /hello")).body, "hello");
}

void a_bad_certificate_keeps_the_old_one(void**) {
  const Site site;
  RunningServer server({}, site.listener);
  const test::TemporaryFolder other;
  test::make_certificate(other.path(), "other.example");
  const auto replace = std::filesystem::copy_options::overwrite_existing;
  std::filesystem::copy_file(other.path() / "key.pem", site.listener.private_key, replace);
  assert_error(server->reload_certificate(), Errc::malformed);  // another certificate's key
  write_file(site.listener.certificate, "");
  assert_error(server->reload_certificate(), Errc::malformed);
  std::filesystem::remove(site.listener.private_key);
  assert_false(server->reload_certificate().has_value());
  TlsClient client(server.port());
  test::assert_text(client.server_name(), "first.example");
  test::assert_text(client.ask(request_of("GET /hello")).body, "hello");
}

void a_key_that_others_may_read_is_refused(void**) {
  const Site site;
  const http::Router router;
  for (const mode_t mode : {0640U, 0604U, 0666U}) {
    ::chmod(site.listener.private_key.c_str(), mode);
    assert_error(http::Server::start(site.listener, {}, router), Errc::denied);
  }
  ::chmod(site.listener.private_key.c_str(), 0400);
  assert_ok(http::Server::start(site.listener, {}, router));
}

void a_key_with_a_passphrase_is_refused_without_asking(void**) {
  const Site site;
  const std::string key = site.listener.private_key.native();
  const std::string command = "umask 077; openssl ec -in " + key +
                              " -aes128 -passout pass:x -out " + key + ".new 2>/dev/null && mv " +
                              key + ".new " + key;
  assert_int_equal(std::system(command.c_str()), 0);
  const http::Router router;
  assert_error(http::Server::start(site.listener, {}, router), Errc::malformed);
}

void bad_files_are_refused_at_start(void**) {
  const http::Router router;
  Site site;
  write_file(site.listener.certificate, "no certificate");
  assert_error(http::Server::start(site.listener, {}, router), Errc::malformed);
  site.listener.certificate = "/nonexistent";
  assert_error(http::Server::start(site.listener, {}, router), Errc::not_found);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(tls_1_2_and_1_3_are_spoken_with_forward_secrecy),
      cmocka_unit_test(tls_1_1_and_weak_ciphers_are_refused),
      cmocka_unit_test(only_http_1_1_is_agreed_on),
      cmocka_unit_test(a_stalled_handshake_is_cut_and_keeps_nobody_out),
      cmocka_unit_test(plain_http_on_the_tls_port_gets_no_answer),
      cmocka_unit_test(a_tls_client_that_is_still_sending_receives_413),
      cmocka_unit_test(a_large_answer_arrives_whole_over_tls),
      cmocka_unit_test(a_new_certificate_is_for_new_connections),
      cmocka_unit_test(a_bad_certificate_keeps_the_old_one),
      cmocka_unit_test(a_key_that_others_may_read_is_refused),
      cmocka_unit_test(a_key_with_a_passphrase_is_refused_without_asking),
      cmocka_unit_test(bad_files_are_refused_at_start),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
