// What the module does when the daemon is away, slow, dying, or somebody else.

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>

#include "support/cmocka.hpp"
#include "support/pam_stage.hpp"
#include "support/scripted_daemon.hpp"
#include "support/scripted_person.hpp"

using namespace portal;
using namespace portal::wire;
using test::PamApplication;
using test::ScriptedDaemon;
using test::ScriptedPeer;
using test::ScriptedPerson;

namespace {

std::string socket_path;

struct Seen {
  int authentication = -1;
  int account = -1;
  int session = -1;
  double seconds = 0;
};

/// The three phases, each against a daemon that plays `script`; or, without one, whatever is there.
Seen phases(const ScriptedDaemon::Script& script, const char* service = "portal") {
  Seen seen;
  const auto run = [&](int (*call)(pam_handle_t*, int)) {
    std::optional<ScriptedDaemon> daemon;
    if (script) daemon.emplace(socket_path, script);
    ScriptedPerson person{{"Password: ", "x"}};
    const PamApplication application(service, "anna", ScriptedPerson::converse, &person);
    const auto start = std::chrono::steady_clock::now();
    const int code = call(application.handle(), 0);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    seen.seconds = std::max(seen.seconds, took.count());
    return code;
  };
  seen.authentication = run(pam_authenticate);
  seen.account = run(pam_acct_mgmt);
  seen.session = run(pam_open_session);
  return seen;
}

void assert_unavailable(const Seen& seen) {
  assert_int_equal(seen.authentication, PAM_AUTHINFO_UNAVAIL);
  assert_int_equal(seen.account, PAM_AUTHINFO_UNAVAIL);
  assert_int_equal(seen.session, PAM_SESSION_ERR);
}

void assert_system_error(const Seen& seen) {
  assert_int_equal(seen.authentication, PAM_SYSTEM_ERR);
  assert_int_equal(seen.account, PAM_SYSTEM_ERR);
  assert_int_equal(seen.session, PAM_SESSION_ERR);
}

void absent_daemon_is_unavailable_at_once(void**) {
  // M2
  ::unlink(socket_path.c_str());
  const Seen none = phases({});
  assert_unavailable(none);
  assert_true(none.seconds < 0.5);
  { const FileDescriptor dead = test::listen_at(socket_path); }
  assert_unavailable(phases({}));
}

void stopped_daemon_is_unavailable_within_five_seconds(void**) {
  // M2
  const FileDescriptor listener = test::listen_at(socket_path);  // nobody accepts
  const Seen seen = phases({});
  assert_unavailable(seen);
  assert_true(seen.seconds < 5.0);
}

void daemon_that_hangs_up_is_unavailable(void**) {
  // M2
  assert_unavailable(phases([](ScriptedPeer& peer) { peer.hang_up(); }));
  assert_unavailable(phases([](ScriptedPeer& peer) { (void)peer.receive(); }));
  assert_unavailable(phases([](ScriptedPeer& peer) {
    (void)peer.receive();
    peer.send_bytes(std::string("\0\0\0\x10\1", 5));  // dies inside a frame
  }));
}

void daemon_that_dies_at_the_prompt_is_unavailable(void**) {
  // M2
  const Seen seen = phases([](ScriptedPeer& peer) {
    (void)peer.receive();
    peer.send(Prompt{Style::echo_off, {"Password: "}});
    (void)peer.receive_answer();
  });
  assert_unavailable(seen);
}

void nonsense_from_the_daemon_is_a_fault(void**) {
  // M2
  assert_system_error(phases([](ScriptedPeer& peer) {
    (void)peer.receive();
    peer.send_bytes("\xff\xff\xff\xff");
  }));
  assert_system_error(phases([](ScriptedPeer& peer) {
    (void)peer.receive();
    peer.send_bytes(std::string("\0\0\0\6\1\x11\1\0\1\0", 10));  // outcome 0
  }));
}

void socket_of_somebody_else_is_not_spoken_to(void**) {
  // C2, M2
  if (::getuid() != 0) skip();
  constexpr uid_t kStranger = 65533;
  ::unlink(socket_path.c_str());
  const std::filesystem::path folder = std::filesystem::path(socket_path).parent_path();
  assert_int_equal(::chmod(folder.c_str(), 0777), 0);
  int ready[2];
  int heard[2];
  assert_int_equal(::pipe(ready), 0);
  assert_int_equal(::pipe(heard), 0);
  const pid_t stranger = ::fork();
  if (stranger == 0) {
    if (::setresuid(kStranger, kStranger, kStranger) != 0) ::_exit(1);
    const FileDescriptor listener = test::listen_at(socket_path);
    char byte = 'x';
    (void)!::write(ready[1], &byte, 1);
    const int socket = ::accept(listener.get(), nullptr, nullptr);
    const ssize_t count = ::read(socket, &byte, 1);
    byte = count == 0 ? '0' : '1';
    (void)!::write(heard[1], &byte, 1);
    ::_exit(0);
  }
  char byte = 0;
  assert_int_equal(::read(ready[0], &byte, 1), 1);
  ScriptedPerson person;
  const PamApplication application("portal", "anna", ScriptedPerson::converse, &person);
  assert_int_equal(pam_authenticate(application.handle(), 0), PAM_SYSTEM_ERR);
  assert_int_equal(::read(heard[0], &byte, 1), 1);
  assert_int_equal(byte, '0');
  ::waitpid(stranger, nullptr, 0);
}

}  // namespace

int main(int, char** arguments) {
  const std::string line =
      " required {module} socket={socket} server_uid=" + std::to_string(::getuid()) + "\n";
  const auto stage = test::PamStage::enter(
      arguments, {{"portal", "auth" + line + "account" + line + "session" + line}});
  socket_path = stage.socket();
  const CMUnitTest tests[] = {
      cmocka_unit_test(absent_daemon_is_unavailable_at_once),
      cmocka_unit_test(stopped_daemon_is_unavailable_within_five_seconds),
      cmocka_unit_test(daemon_that_hangs_up_is_unavailable),
      cmocka_unit_test(daemon_that_dies_at_the_prompt_is_unavailable),
      cmocka_unit_test(nonsense_from_the_daemon_is_a_fault),
      cmocka_unit_test(socket_of_somebody_else_is_not_spoken_to),
  };
  return stage.leave(cmocka_run_group_tests(tests, nullptr, nullptr));
}
