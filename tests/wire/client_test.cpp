#include "wire/core/client.hpp"

#include <signal.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <chrono>

#include "support/cmocka.hpp"
#include "support/scripted_daemon.hpp"
#include "support/temporary_folder.hpp"

using namespace portal;
using namespace portal::wire;
using test::ScriptedDaemon;
using test::ScriptedPeer;

namespace {

struct Place {
  test::TemporaryFolder folder;
  std::string socket = folder.path() / "s";
};

Deadline soon(long milliseconds = 2'000) { return Deadline::in_milliseconds(milliseconds); }

void assert_fault(ClientFault fault, const char* expected) {
  assert_string_equal(name_of(fault), expected);
}

double seconds_of(const std::function<void()>& act) {
  const auto start = std::chrono::steady_clock::now();
  act();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void messages_go_both_ways(void**) {
  // C1
  const Place place;
  std::string user;
  std::string answer;
  ScriptedDaemon daemon(place.socket, [&](ScriptedPeer& peer) {
    const auto open = peer.receive();
    user = std::get<Open>(open->message()).user.value;
    peer.send(Prompt{Style::echo_off, {"Password: "}});
    answer = peer.receive_answer();
    peer.send(Done{Outcome::success, {"d1"}, {}});
  });
  Client client;
  assert_fault(client.connect(place.socket.c_str(), ::getuid(), soon()), "none");
  Open open;
  open.service.value = "sshd";
  open.user.value = "anna";
  assert_fault(client.send(open, soon()), "none");
  DaemonMessage message;
  assert_fault(client.receive(message, soon()), "none");
  assert_true(message.type == MessageType::prompt);
  test::assert_text(message.prompt.text.value, "Password: ");
  assert_fault(client.send(Answer{{"secret"}}, soon()), "none");
  assert_fault(client.receive(message, soon()), "none");
  assert_true(message.type == MessageType::done);
  assert_true(message.done.outcome == Outcome::success);
  daemon.finish();
  test::assert_text(user, "anna");
  test::assert_text(answer, "secret");
}

void absent_daemon_is_told_at_once(void**) {
  // M2
  const Place place;
  const double took = seconds_of([&] {
    Client none;
    assert_fault(none.connect(place.socket.c_str(), 0, soon()), "absent");
    { const FileDescriptor dead = test::listen_at(place.socket); }
    Client refused;
    assert_fault(refused.connect(place.socket.c_str(), 0, soon()), "absent");
  });
  assert_true(took < 0.5);
}

void paths_that_are_no_sockets_are_refused(void**) {
  // M2
  const std::string longest(sizeof(sockaddr_un::sun_path), 'x');
  Client first;
  assert_fault(first.connect(longest.c_str(), 0, soon()), "system");
  Client second;
  assert_fault(second.connect("", 0, soon()), "system");
  Client third;
  assert_fault(third.connect("/etc/passwd", 0, soon()), "absent");
}

void silent_daemon_times_out(void**) {
  // M2
  const Place place;
  const FileDescriptor listener = test::listen_at(place.socket);
  Client client;
  assert_fault(client.connect(place.socket.c_str(), ::getuid(), soon()), "none");
  DaemonMessage message;
  const double took = seconds_of(
      [&] { assert_fault(client.receive(message, Deadline::in_milliseconds(300)), "timed_out"); });
  assert_true(took >= 0.29 && took < 1.5);
}

void full_queue_of_the_listener_times_out(void**) {
  // M2
  const Place place;
  const FileDescriptor listener = test::listen_at(place.socket);
  assert_int_equal(::listen(listener.get(), 0), 0);
  Client first;
  assert_fault(first.connect(place.socket.c_str(), ::getuid(), soon()), "none");
  const double took = seconds_of([&] {
    Client second;
    assert_fault(second.connect(place.socket.c_str(), 0, Deadline::in_milliseconds(300)),
                 "timed_out");
  });
  assert_true(took >= 0.25 && took < 1.5);
}

void end_of_file_is_an_error(void**) {
  // M2
  const Place place;
  for (const std::string& bytes :
       {std::string(), std::string("\0\0", 2), std::string("\0\0\0\x10\x01\x11", 6)}) {
    ScriptedDaemon daemon(place.socket, [&](ScriptedPeer& peer) { peer.send_bytes(bytes); });
    Client client;
    assert_fault(client.connect(place.socket.c_str(), ::getuid(), soon()), "none");
    DaemonMessage message;
    assert_fault(client.receive(message, soon()), "closed");
  }
}

void nonsense_from_the_daemon_is_refused(void**) {
  // M2, C1
  const Place place;
  const std::string nonsense[] = {
      std::string("\xff\xff\xff\xff", 4),           // a frame over the limit
      std::string("\0\0\0\0", 4),                   // no room for a type
      std::string("\0\0\0\2\1\3", 6),               // a module's message
      std::string("\0\0\0\2\1\x63", 6),             // an unknown type
      std::string("\0\0\0\2\2\x11", 6),             // another version
      std::string("\0\0\0\2\1\x11", 6),             // without its fields
      std::string("\0\0\0\6\1\x11\1\0\1\x0a", 10),  // an unknown outcome
  };
  for (const std::string& bytes : nonsense) {
    ScriptedDaemon daemon(place.socket, [&](ScriptedPeer& peer) { peer.send_bytes(bytes); });
    Client client;
    assert_fault(client.connect(place.socket.c_str(), ::getuid(), soon()), "none");
    DaemonMessage message;
    assert_fault(client.receive(message, soon()), "malformed");
  }
}

void last_word_of_a_daemon_that_hung_up_is_heard(void**) {
  // C1
  const Place place;
  ScriptedDaemon daemon(place.socket, [&](ScriptedPeer& peer) {
    peer.send(Done{Outcome::denied, {}, {}});
    peer.hang_up();
  });
  Client client;
  assert_fault(client.connect(place.socket.c_str(), ::getuid(), soon()), "none");
  daemon.finish();
  assert_fault(client.send(Answer{{"too late"}}, soon()), "none");
  DaemonMessage message;
  assert_fault(client.receive(message, soon()), "none");
  assert_true(message.done.outcome == Outcome::denied);
}

/// Runs `act` in a child of this uid; its result is the exit code.
int in_child_of(uid_t uid, const std::function<int()>& act) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::setresuid(uid, uid, uid) != 0) ::_exit(99);
    ::_exit(act());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 98;
}

void listener_of_another_uid_is_not_trusted(void**) {
  // C2
  if (::getuid() != 0) skip();
  constexpr uid_t kStranger = 65533;
  const Place place;
  assert_int_equal(::chmod(place.folder.path().c_str(), 0777), 0);
  int ready[2];
  int over[2];
  assert_int_equal(::pipe(ready), 0);
  assert_int_equal(::pipe(over), 0);
  const pid_t stranger = ::fork();
  if (stranger == 0) {
    if (::setresuid(kStranger, kStranger, kStranger) != 0) ::_exit(1);
    ::close(over[1]);
    const FileDescriptor listener = test::listen_at(place.socket);
    char byte = 'x';
    (void)!::write(ready[1], &byte, 1);
    (void)!::read(over[0], &byte, 1);
    ::_exit(0);
  }
  char byte = 0;
  assert_int_equal(::read(ready[0], &byte, 1), 1);
  Client client;
  assert_fault(client.connect(place.socket.c_str(), 0, soon()), "untrusted");
  Client configured;
  assert_fault(configured.connect(place.socket.c_str(), kStranger, soon()), "none");
  ::close(over[1]);
  ::waitpid(stranger, nullptr, 0);
}

void root_is_always_trusted(void**) {
  // C2
  if (::getuid() != 0) skip();
  const Place place;
  assert_int_equal(::chmod(place.folder.path().c_str(), 0755), 0);
  const FileDescriptor listener = test::listen_at(place.socket);
  const int outcome = in_child_of(65534, [&] {
    Client client;
    return static_cast<int>(client.connect(place.socket.c_str(), 4242, soon()));
  });
  assert_int_equal(outcome, static_cast<int>(ClientFault::none));
}

void signals_do_not_disturb(void**) {
  // M2
  const Place place;
  ScriptedDaemon daemon(place.socket, [&](ScriptedPeer& peer) {
    ::usleep(400'000);
    peer.send(Done{Outcome::success, {}, {}});
  });
  struct sigaction action {};
  action.sa_handler = [](int) {};
  struct sigaction before {};
  ::sigaction(SIGALRM, &action, &before);
  const itimerval often{{0, 20'000}, {0, 20'000}};
  ::setitimer(ITIMER_REAL, &often, nullptr);
  Client client;
  assert_fault(client.connect(place.socket.c_str(), ::getuid(), soon()), "none");
  DaemonMessage message;
  assert_fault(client.receive(message, soon()), "none");
  const itimerval never{};
  ::setitimer(ITIMER_REAL, &never, nullptr);
  ::sigaction(SIGALRM, &before, nullptr);
}

void socket_stays_above_the_standard_streams(void**) {
  // M2
  const Place place;
  const FileDescriptor listener = test::listen_at(place.socket);
  const int outcome = in_child_of(::getuid(), [&] {
    for (const int stream : {0, 1, 2}) ::close(stream);
    Client client;
    if (client.connect(place.socket.c_str(), ::getuid(), soon()) != ClientFault::none) return 1;
    // The lowest free descriptor is still a standard stream's.
    return ::dup(listener.get()) == 0 ? 0 : 2;
  });
  assert_int_equal(outcome, 0);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(messages_go_both_ways),
      cmocka_unit_test(absent_daemon_is_told_at_once),
      cmocka_unit_test(paths_that_are_no_sockets_are_refused),
      cmocka_unit_test(silent_daemon_times_out),
      cmocka_unit_test(full_queue_of_the_listener_times_out),
      cmocka_unit_test(end_of_file_is_an_error),
      cmocka_unit_test(nonsense_from_the_daemon_is_refused),
      cmocka_unit_test(last_word_of_a_daemon_that_hung_up_is_heard),
      cmocka_unit_test(listener_of_another_uid_is_not_trusted),
      cmocka_unit_test(root_is_always_trusted),
      cmocka_unit_test(signals_do_not_disturb),
      cmocka_unit_test(socket_stays_above_the_standard_streams),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
