#include <cstdlib>
#include <cstring>
#include <string>

#include "base/file.hpp"
#include "base/hash.hpp"
#include "base/random.hpp"
#include "configuration_folder.hpp"
#include "daemon/defaults_text.hpp"
#include "manual_text.hpp"

using namespace portal;
using namespace portal::test;
using namespace std::chrono_literals;

namespace {

void a_small_configuration_has_the_defaults(void**) {
  const Folder folder;
  const auto loaded = folder.load(whole());
  assert_ok(loaded);
  assert_true(loaded->login.session_idle == 15min);
  assert_true(loaded->registration.letter_lifetime == 9600h);
  assert_true(loaded->web.refusal_schedule == 400ms);
  assert_int_equal(loaded->web.listener.port, 8443);
  test::assert_text(loaded->directory.password.reveal(), "secret");
  assert_int_equal(loaded->portals.size(), 1);
  test::assert_text(loaded->portals[0].portal.origin, "https://flex.example.ch:8443");
}

void what_the_file_says_arrives(void**) {
  // R9
  const Folder folder;
  const auto loaded = folder.load(
      "[login]\nsession_idle = \"5min\"\n[sms]\nallowed_calling_codes = [\"+41\"]\npause = "
      "\"1min\"\n"
      "[log]\nlevel = \"debug\"\n[web.limits]\nworkers = 9\n[administration]\nsocket_mode = "
      "\"0600\"\n" +
      std::string(kDirectory) + std::string(kPortal) +
      "[web]\nlisten = \"https\"\nport = 443\ncertificate = \"/c\"\nprivate_key = "
      "\"tls/portal.key\"\n");
  // [web.limits] before [web] is legal TOML.
  assert_ok(loaded);
  assert_true(loaded->login.session_idle == 5min);
  assert_true(loaded->login.sms.pause == 1min);
  assert_true(loaded->registration.sms.allowed_calling_codes == std::set<std::string>{"+41"});
  assert_true(loaded->log.level == LogLevel::debug);
  assert_int_equal(loaded->web.limits.workers, 9);
  assert_int_equal(loaded->administration.listener.socket_mode, 0600);
  const Portal& portal = loaded->portals[0].portal;
  test::assert_text(portal.origin, "https://flex.example.ch");
  test::assert_text(portal.terms.text.at(Language::fr), "fr");
  test::assert_text(portal.terms.hash.at(Language::fr), hash_of("fr"));
}

void paths_count_from_the_files_folder(void**) {
  const Folder folder;
  const auto loaded = folder.load(
      whole("key_file = \"keys/../portal.key\"\n[store]\nurl = \"sqlite://portal.db\"\n"));
  assert_ok(loaded);
  test::assert_text(loaded->key_file.string(), (folder.path / "portal.key").string());
  test::assert_text(loaded->store.url, "sqlite://" + (folder.path / "portal.db").string());
  test::assert_text(loaded->web.listener.certificate.string(),
                    (folder.path / "tls/portal.crt").string());
}

void a_database_elsewhere_must_be_verified_and_its_password_is_never_repeated(void**) {
  // L3, J4
  const Folder folder;
  const auto loaded =
      folder.load(whole("[store]\nurl = \"postgresql://portald@/portald?host=/run/postgresql\"\n"));
  assert_ok(loaded);
  test::assert_text(loaded->store.url, "postgresql://portald@/portald?host=/run/postgresql");
  assert_problem(folder, whole("[store]\nurl = \"postgresql://db.example.ch/portald\"\n"),
                 "2:7: store.url: store: PostgreSQL on another host must prove who it is: add "
                 "sslmode=verify-full&sslrootcert=FILE to the URL, or reach it by a Unix socket "
                 "or the loopback interface");
  const auto with_password =
      folder.load(whole("[store]\nurl = \"postgres://portald:geheim@localhost/portald\"\n"));
  assert_false(with_password.has_value());
  assert_null(std::strstr(with_password.error().detail.c_str(), "geheim"));
  assert_non_null(std::strstr(with_password.error().detail.c_str(), "passfile=FILE"));
}

void the_nist_profile_shortens_the_life_of_letters(void**) {
  // R3
  const Folder folder;
  const auto loaded = folder.load(whole("[registration]\nprofile = \"nist-800-63b-4\"\n"));
  assert_ok(loaded);
  assert_true(loaded->registration.letter_lifetime == 720h);
}

void an_unknown_key_is_named_with_place_and_suggestion(void**) {
  const Folder folder;
  assert_problem(folder, whole("[login]\n  sesion_idle = \"5min\"\n"),
                 "2:3: unknown key \"login.sesion_idle\"; did you mean \"session_idle\"?");
  assert_problem(folder, whole("[lgoin]\nx = 1\n"),
                 "1:2: unknown key \"lgoin\"; did you mean \"login\"?");
  assert_problem(folder, whole("zzzzzz = 1\n"), "1:1: unknown key \"zzzzzz\"");
}

void a_wrong_type_is_named_with_its_place(void**) {
  const Folder folder;
  assert_problem(folder, whole("[login]\ncode_tries = \"three\"\n"),
                 "2:14: login.code_tries: wants a number (1 to 5), found a text");
  assert_problem(folder, whole("[login]\nsession_idle = 900\n"),
                 "2:16: login.session_idle: wants a duration such as \"15min\" (1min to 1d), found "
                 "a number");
  assert_problem(folder, whole("log = 3\n"), "1:7: log: wants a table, found a number");
  assert_problem(folder, whole("[sms]\nallowed_calling_codes = \"+41\"\n"),
                 "2:25: sms.allowed_calling_codes: wants a list of texts, found a text");
  assert_problem(
      folder, whole("[log]\nlevel = \"inof\"\n"),
      "2:9: log.level: wants one of (\"debug\", \"info\", \"warning\", \"error\"), found "
      "\"inof\"; did you mean \"info\"?");
}

void a_value_out_of_range_is_named_with_its_range(void**) {
  const Folder folder;
  assert_problem(folder, whole("[login]\ncode_tries = 6\n"),
                 "2:14: login.code_tries: wants a number (1 to 5), found 6");
  assert_problem(folder, whole("[login]\nsession_idle = \"30s\"\n"),
                 "2:16: login.session_idle: wants a duration such as \"15min\" (1min to 1d), found "
                 "\"30s\"");
  assert_problem(folder, whole("[login]\nsession_idle = \"90s\"\n"),
                 "2:16: login.session_idle: \"90s\" is finer than 1min, its smallest step");
  assert_problem(
      folder, whole("[administration]\nsocket_mode = \"0066\"\n"),
      "2:15: administration.socket_mode: wants a file mode (\"0600\" to \"0777\"), found "
      "\"0066\"");
}

void a_syntax_error_has_its_place(void**) {
  const Folder folder;
  const auto loaded = folder.load("[log]\nlevel = \n");
  assert_error(loaded, Errc::malformed);
  assert_non_null(std::strstr(loaded.error().detail.c_str(), "portald.toml:2:9: "));
}

void a_key_twice_is_an_error(void**) {
  const Folder folder;
  assert_error(folder.load(whole("[log]\nlevel = \"info\"\nlevel = \"debug\"\n")), Errc::malformed);
}

void all_problems_are_told_at_once_in_the_order_of_the_file(void**) {
  const Folder folder;
  const auto loaded = folder.load("[web]\nport = 70000\n[login]\nx = 1\ncode_tries = 0\n");
  assert_error(loaded, Errc::malformed);
  const std::string& report = loaded.error().detail;
  const char* missing_portal = std::strstr(report.c_str(), ":1:1: portal is missing");
  const char* port = std::strstr(report.c_str(), ":2:8: web.port");
  const char* unknown = std::strstr(report.c_str(), ":4:1: unknown key \"login.x\"");
  const char* tries = std::strstr(report.c_str(), ":5:14: login.code_tries");
  assert_true(missing_portal != nullptr && port != nullptr && unknown != nullptr &&
              tries != nullptr);
  assert_true(missing_portal < port && port < unknown && unknown < tries);
  assert_non_null(std::strstr(report.c_str(), "directory.uris is missing"));
}

void secrets_that_others_can_read_are_refused(void**) {
  // T7, L3
  const Folder folder;
  write_file(folder.path / "portal.key", "key", 0640);
  ::chmod((folder.path / "tls/portal.key").c_str(), 0604);
  ::chmod((folder.path / "directory.password").c_str(), 0640);
  const auto loaded = folder.load(whole("key_file = \"portal.key\"\n"));
  assert_error(loaded, Errc::malformed);
  const std::string& report = loaded.error().detail;
  assert_non_null(std::strstr(report.c_str(), (folder.path / "portal.key").c_str()));
  assert_non_null(std::strstr(report.c_str(), (folder.path / "tls/portal.key").c_str()));
  assert_non_null(std::strstr(report.c_str(), (folder.path / "directory.password").c_str()));
  assert_null(std::strstr(report.c_str(), "secret\n"));
  ::chmod((folder.path / "portal.key").c_str(), 0600);
  ::chmod((folder.path / "tls/portal.key").c_str(), 0600);
  ::chmod((folder.path / "directory.password").c_str(), 0400);
  assert_ok(folder.load(whole("key_file = \"portal.key\"\n")));
}

void a_missing_file_is_named_where_it_is_asked_for(void**) {
  const Folder folder;
  std::filesystem::remove(folder.path / "terms/flex.fr.txt");
  std::filesystem::remove(folder.path / "directory.password");
  const auto loaded = folder.load(whole());
  assert_error(loaded, Errc::malformed);
  assert_non_null(std::strstr(loaded.error().detail.c_str(), "terms/flex.fr.txt: No such file"));
  assert_non_null(std::strstr(loaded.error().detail.c_str(), ":5:17: directory.password_file: "));
  assert_error(load_configuration(folder.path / "none.toml"), Errc::not_found);
}

void only_the_pages_have_a_proxy_at_their_socket(void**) {
  // W5, C2
  const Folder folder;
  const auto loaded = folder.load(whole());
  assert_ok(loaded);
  assert_true(loaded->web.listener.forwarded_by_peer);
  assert_false(loaded->administration.listener.forwarded_by_peer);
}

void relays_are_read_and_must_be_safe(void**) {
  // L3
  const Folder folder;
  write_file(folder.path / "relay.password", "geheim\n", 0600);
  write_file(folder.path / "open.password", "geheim\n", 0644);
  write_file(folder.path / "ca.crt", "-----BEGIN CERTIFICATE-----\n");
  write_file(folder.path / "empty.crt", "nothing\n");
  const std::string good =
      "[mail]\nbounces_to = \"<>\"\nlongest_pause = \"10s\"\n[[mail.relay]]\nname = "
      "\"first\"\nhost = "
      "\"smtp.example.ch\"\nuser = \"u\"\npassword_file = \"relay.password\"\nca_file = "
      "\"ca.crt\"\n[[mail.relay]]\nname = \"local\"\nsocket = \"smtp.sock\"\nsecurity = \"none\"\n";
  const auto loaded = folder.load(whole(good));
  assert_ok(loaded);
  assert_int_equal(loaded->mail.relays.size(), 2);
  assert_true(loaded->mail.longest_pause == 10s);
  const MailRelay& first = loaded->mail.relays[0];
  assert_true(first.security == SmtpSecurity::starttls);
  test::assert_text(first.password.reveal(), "geheim");
  test::assert_text(first.ca_file.string(), (folder.path / "ca.crt").string());
  test::assert_text(loaded->mail.relays[1].socket.string(), (folder.path / "smtp.sock").string());

  const std::string start = "[[mail.relay]]\nname = \"first\"\n";
  const std::string host = start + "host = \"smtp.example.ch\"\n";
  assert_problem(folder, whole(host + "security = \"none\"\n"),
                 "1:3: mail: relay \"first\": security = \"none\" is for a loopback address or a "
                 "Unix socket only");
  assert_problem(folder, whole(host + host),
                 "1:3: mail: relay \"first\": another has the same name");
  assert_problem(folder, whole(start), "1:3: mail: relay \"first\": wants either host or socket");
  assert_problem(folder, whole(host + "user = \"u\"\n"),
                 "1:3: mail: relay \"first\": user and password_file go together");
  assert_problem(folder, whole(host + "ca_file = \"empty.crt\"\n"),
                 "1:3: mail: ca_file of relay \"first\": no certificate in it");
  assert_error(folder.load(whole(host + "ca_file = \"gone.crt\"\n")), Errc::malformed);
  assert_error(folder.load(whole(host + "user = \"u\"\npassword_file = \"open.password\"\n")),
               Errc::malformed);
  assert_error(folder.load(whole("[mail]\nbounces_to = \"nobody\"\n")), Errc::malformed);
}

void https_needs_a_certificate(void**) {
  // L3
  const Folder folder;
  const auto loaded = folder.load(std::string(kDirectory) + std::string(kPortal));
  assert_error(loaded, Errc::malformed);
  assert_non_null(std::strstr(loaded.error().detail.c_str(), "needs certificate and private_key"));
}

std::filesystem::path in_source(std::string_view path) {
  const char* source = std::getenv("PORTAL_SOURCE");
  if (source == nullptr) fail_msg("%s", "PORTAL_SOURCE does not say where the sources are");
  return std::filesystem::path(source) / path;
}

/// Fails unless a shipped file says what the keys say; with PORTAL_UPDATE_SHIPPED it is written.
void assert_shipped(const std::filesystem::path& file, const std::string& expected) {
  if (std::getenv("PORTAL_UPDATE_SHIPPED") != nullptr) write_file(file, expected);
  const auto text = read_text_file(file, 1 << 20);
  assert_ok(text);
  if (*text != expected) {
    fail_msg("%s is out of date; run this test with PORTAL_UPDATE_SHIPPED=1", file.c_str());
  }
}

void the_shipped_file_is_what_the_keys_say(void**) {
  assert_shipped(in_source("config/portald.toml"),
                 defaults_text(describe(configuration_keys(), Configuration{})));
}

void the_manual_is_what_the_keys_say(void**) {
  const auto page = in_source("config/man/portald.toml.5");
  const auto text = read_text_file(page, 1 << 20);
  assert_ok(text);
  constexpr std::string_view begin = ".\\\" KEYS: written by tests/daemon/configuration_test\n";
  constexpr std::string_view end = ".\\\" END OF KEYS\n";
  const std::size_t from = text->find(begin);
  const std::size_t to = text->find(end);
  assert_true(from != text->npos && to != text->npos);
  const std::string keys = test::manual_text(describe(configuration_keys(), Configuration{}), "");
  assert_shipped(page, text->substr(0, from + begin.size()) + keys + text->substr(to));
}

void the_shipped_file_loads_and_its_comments_are_the_defaults(void**) {
  const Folder folder;
  const std::string expected = defaults_text(describe(configuration_keys(), Configuration{}));
  const auto shipped = folder.load(expected);
  assert_ok(shipped);
  // With every default taken into use, the same configuration comes out.
  std::string uncommented;
  std::size_t taken = 0;
  for (std::size_t start = 0; start < expected.size();) {
    const std::size_t end = expected.find('\n', start);
    std::string line = expected.substr(start, end - start);
    start = end + 1;
    if (line.starts_with('#') && !line.starts_with("# ") && line.find(" = ") != line.npos) {
      line.erase(0, 1);
      ++taken;
    }
    uncommented += line + "\n";
  }
  assert_true(taken > 40);
  const auto loaded = folder.load(uncommented);
  assert_ok(loaded);
  assert_true(loaded->login.session_overall == LoginSettings{}.session_overall);
  assert_true(loaded->registration.stale_after == RegistrationSettings{}.stale_after);
  assert_true(loaded->web.limits.body_bytes == http::Limits{}.body_bytes);
  assert_int_equal(loaded->portals.size(), 2);
}

void assert_described(const std::vector<KeyDescription>& keys) {
  for (const KeyDescription& key : keys) {
    if (key.description.size() < 10 || !key.description.ends_with('.')) {
      fail_msg("%s has no description", key.name.c_str());
    }
    assert_described(key.keys);
  }
}

void every_key_is_described_where_it_is_declared(void**) {
  assert_described(describe(configuration_keys(), Configuration{}));
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_small_configuration_has_the_defaults),
      cmocka_unit_test(what_the_file_says_arrives),
      cmocka_unit_test(paths_count_from_the_files_folder),
      cmocka_unit_test(a_database_elsewhere_must_be_verified_and_its_password_is_never_repeated),
      cmocka_unit_test(the_nist_profile_shortens_the_life_of_letters),
      cmocka_unit_test(an_unknown_key_is_named_with_place_and_suggestion),
      cmocka_unit_test(a_wrong_type_is_named_with_its_place),
      cmocka_unit_test(a_value_out_of_range_is_named_with_its_range),
      cmocka_unit_test(a_syntax_error_has_its_place),
      cmocka_unit_test(a_key_twice_is_an_error),
      cmocka_unit_test(all_problems_are_told_at_once_in_the_order_of_the_file),
      cmocka_unit_test(secrets_that_others_can_read_are_refused),
      cmocka_unit_test(a_missing_file_is_named_where_it_is_asked_for),
      cmocka_unit_test(only_the_pages_have_a_proxy_at_their_socket),
      cmocka_unit_test(relays_are_read_and_must_be_safe),
      cmocka_unit_test(https_needs_a_certificate),
      cmocka_unit_test(the_shipped_file_is_what_the_keys_say),
      cmocka_unit_test(the_shipped_file_loads_and_its_comments_are_the_defaults),
      cmocka_unit_test(the_manual_is_what_the_keys_say),
      cmocka_unit_test(every_key_is_described_where_it_is_declared),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
