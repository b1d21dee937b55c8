#include <grp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "http/running_server.hpp"
#include "support/cmocka.hpp"
#include "support/temporary_folder.hpp"

using namespace portal;
using test::Client;
using test::request_of;
using test::RunningServer;

namespace {

http::Listener at(const std::filesystem::path& path, unsigned mode = 0600) {
  http::Listener listener;
  listener.kind = http::Listener::Kind::unix_socket;
  listener.socket = path;
  listener.socket_mode = mode;
  return listener;
}

unsigned mode_of(const std::filesystem::path& path) {
  struct stat status {};
  assert_int_equal(::lstat(path.c_str(), &status), 0);
  return status.st_mode & 07777U;
}

void the_kernel_says_who_asks(void**) {
  // C2
  const test::TemporaryFolder folder;
  RunningServer server({}, at(folder.path() / "s"));
  Client client = Client::unix_socket(folder.path() / "s");
  assert_true(client.send(request_of("GET /who", "X-Forwarded-For: 192.0.2.1\r\n")));
  const std::string body = client.receive().body;
  const std::string expected = "address= host=portal.example uid=" + std::to_string(::getuid()) +
                               " gid=" + std::to_string(::getgid()) +
                               " pid=" + std::to_string(::getpid());
  assert_true(body.starts_with(expected));
}

void a_proxy_at_the_socket_tells_the_clients_address(void**) {
  // W5
  const test::TemporaryFolder folder;
  http::Listener listener = at(folder.path() / "s");
  listener.forwarded_by_peer = true;
  RunningServer server({}, listener);
  Client proxy = Client::unix_socket(folder.path() / "s");
  for (const char* client : {"192.0.2.7", "2001:db8::7"}) {  // one connection, many clients
    const std::string forwarded = "X-Forwarded-For: 6.6.6.6, " + std::string(client) + "\r\n";
    assert_true(proxy.send(request_of("GET /who", forwarded)));
    const std::string expected = "address=" + std::string(client) + " host=portal.example uid=";
    assert_true(proxy.receive().body.starts_with(expected));
  }
}

void a_proxy_at_the_socket_that_tells_no_address_is_refused(void**) {
  // W5
  const test::TemporaryFolder folder;
  http::Listener listener = at(folder.path() / "s");
  listener.forwarded_by_peer = true;
  RunningServer server({}, listener);
  for (const char* header : {"", "X-Forwarded-For: \r\n", "X-Forwarded-For: unknown\r\n",
                             "X-Forwarded-For: 192.0.2.7, 192.0.2.8:80\r\n",
                             "Forwarded: for=192.0.2.7\r\n", "X-Real-IP: 192.0.2.7\r\n"}) {
    Client proxy = Client::unix_socket(folder.path() / "s");
    assert_true(proxy.send(request_of("GET /hello", header)));
    assert_int_equal(proxy.receive().status, 400);
  }
}

/// The answer to GET /who, asked by a process of other ids and groups.
std::string asked_as(const std::filesystem::path& path, uid_t uid,
                     const std::vector<gid_t>& groups) {
  int channel[2];
  assert_int_equal(::pipe(channel), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const bool changed = ::setgroups(groups.size(), groups.data()) == 0 &&
                         ::setresgid(uid, uid, uid) == 0 && ::setresuid(uid, uid, uid) == 0;
    Client client = Client::unix_socket(path);
    std::string body = "no answer";
    if (changed && client.connected() && client.send(request_of("GET /who")))
      body = client.receive().body;
    (void)!::write(channel[1], body.data(), body.size());
    ::_exit(0);
  }
  ::close(channel[1]);
  char body[16 * 1024] = "";
  std::string text;
  for (ssize_t count; (count = ::read(channel[0], body, sizeof body)) > 0;)
    text.append(body, static_cast<std::size_t>(count));
  ::close(channel[0]);
  ::waitpid(child, nullptr, 0);
  return text;
}

void ids_and_all_groups_of_another_user_are_seen(void**) {
  // C2
  if (::getuid() != 0) skip();
  const test::TemporaryFolder folder;
  ::chmod(folder.path().c_str(), 0755);
  RunningServer server({}, at(folder.path() / "s", 0666));
  const std::string few = asked_as(folder.path() / "s", 4'711, {10, 20});
  assert_true(few.find(" uid=4711 gid=4711 ") != std::string::npos);
  assert_true(few.ends_with(" groups=10,20,"));
  std::vector<gid_t> many;
  std::string listed;
  for (gid_t group = 5'000; group < 5'200; ++group) {
    many.push_back(group);
    listed += std::to_string(group) + ",";
  }
  assert_true(asked_as(folder.path() / "s", 4'711, many).ends_with("groups=" + listed));
}

void the_mode_keeps_others_out(void**) {
  // C2
  const test::TemporaryFolder folder;
  ::chmod(folder.path().c_str(), 0755);
  const mode_t before = ::umask(0);
  RunningServer closed({}, at(folder.path() / "closed", 0600));
  assert_int_equal(mode_of(folder.path() / "closed"), 0600);
  ::umask(0077);
  RunningServer open({}, at(folder.path() / "open", 0660));
  assert_int_equal(mode_of(folder.path() / "open"), 0660);
  ::umask(before);
  if (::getuid() == 0)
    test::assert_text(asked_as(folder.path() / "closed", 4'711, {}), "no answer");
}

void a_stale_socket_is_replaced_a_live_one_is_not(void**) {
  const test::TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "s";
  const FileDescriptor dead(::socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.native().copy(address.sun_path, sizeof address.sun_path - 1);
  assert_int_equal(::bind(dead.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  RunningServer server({}, at(path));
  const http::Router router;
  assert_error(http::Server::start(at(path), {}, router), Errc::conflict);
  Client client = Client::unix_socket(path);
  assert_true(client.send(request_of("GET /hello")));
  assert_int_equal(client.receive().status, 200);
}

void what_is_no_socket_is_left_alone(void**) {
  const test::TemporaryFolder folder;
  const http::Router router;
  std::ofstream(folder.path() / "file") << "precious";
  assert_error(http::Server::start(at(folder.path() / "file"), {}, router), Errc::conflict);
  assert_true(std::filesystem::exists(folder.path() / "file"));
  assert_error(http::Server::start(at(folder.path() / std::string(120, 'x')), {}, router),
               Errc::malformed);
  assert_error(http::Server::start(at(folder.path() / "no" / "s"), {}, router), Errc::unavailable);
}

void the_path_goes_with_the_server_unless_it_is_anothers(void**) {
  const test::TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "s";
  { RunningServer server({}, at(path)); }
  assert_false(std::filesystem::exists(path));
  {
    RunningServer server({}, at(path));
    std::filesystem::remove(path);
    std::ofstream(path) << "another's";
  }
  assert_true(std::filesystem::exists(path));
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(the_kernel_says_who_asks),
      cmocka_unit_test(a_proxy_at_the_socket_tells_the_clients_address),
      cmocka_unit_test(a_proxy_at_the_socket_that_tells_no_address_is_refused),
      cmocka_unit_test(ids_and_all_groups_of_another_user_are_seen),
      cmocka_unit_test(the_mode_keeps_others_out),
      cmocka_unit_test(a_stale_socket_is_replaced_a_live_one_is_not),
      cmocka_unit_test(what_is_no_socket_is_left_alone),
      cmocka_unit_test(the_path_goes_with_the_server_unless_it_is_anothers),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
