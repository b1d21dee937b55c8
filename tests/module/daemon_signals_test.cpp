// A daemon in a process of its own, which is stopped, killed or restarted between two prompts.

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>

#include "support/cmocka.hpp"
#include "support/pam_stage.hpp"
#include "support/scripted_daemon.hpp"
#include "support/scripted_person.hpp"

using namespace portal;
using namespace portal::wire;
using test::PamApplication;
using test::ScriptedPeer;
using test::ScriptedPerson;

namespace {

std::string socket_path;

/// Asks for password and code and lets anybody in, one connection after the other.
class Process {
 public:
  Process() : listener_(test::listen_at(socket_path)), pid_(::fork()) {
    if (pid_ == 0) serve();
    listener_.close();
  }
  ~Process() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void stop() {
    ::kill(pid_, SIGSTOP);
    int status = 0;
    ::waitpid(pid_, &status, WUNTRACED);
    assert_true(WIFSTOPPED(status));
  }
  void go_on() { ::kill(pid_, SIGCONT); }

 private:
  [[noreturn]] void serve() {
    for (;;) {
      ScriptedPeer peer(FileDescriptor(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)));
      (void)peer.receive();
      for (const char* prompt : {"Password: ", "Code: "}) {
        peer.send(Prompt{Style::echo_off, {prompt}});
        (void)peer.receive();
      }
      peer.send(Done{Outcome::success, {}, {}});
    }
  }

  FileDescriptor listener_;
  pid_t pid_;
};

struct Ended {
  int code = -1;
  double seconds = 0;
  std::size_t prompts = 0;
};

/// A login during which `act` happens while the person types the answer to prompt `when`.
Ended log_in(std::size_t when, const std::function<void()>& act) {
  Ended ended;
  ScriptedPerson person{{"Password: ", "x"}, {"Code: ", "1"}};
  person.at_prompt = [&] {
    if (++ended.prompts == when) act();
  };
  const PamApplication application("portal", "anna", ScriptedPerson::converse, &person);
  const auto start = std::chrono::steady_clock::now();
  ended.code = pam_authenticate(application.handle(), 0);
  ended.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return ended;
}

void killed_daemon_is_unavailable_at_once(void**) {
  // M2
  for (const std::size_t when : {std::size_t{1}, std::size_t{2}}) {
    std::optional<Process> daemon(std::in_place);
    const Ended ended = log_in(when, [&] { daemon.reset(); });
    assert_int_equal(ended.code, PAM_AUTHINFO_UNAVAIL);
    assert_int_equal(ended.prompts, when);
    assert_true(ended.seconds < 5.0);
  }
}

/// What the person has proven to the old one, the new one does not know: the login is over.
void restarted_daemon_does_not_go_on_with_a_login(void**) {
  // M2
  for (const std::size_t when : {std::size_t{1}, std::size_t{2}}) {
    std::optional<Process> daemon(std::in_place);
    const Ended ended = log_in(when, [&] {
      daemon.reset();
      daemon.emplace();
    });
    assert_int_equal(ended.code, PAM_AUTHINFO_UNAVAIL);
    assert_int_equal(ended.prompts, when);
    assert_int_equal(log_in(0, {}).code, PAM_SUCCESS);  // the next one works
  }
}

void daemon_that_was_stopped_for_a_moment_goes_on(void**) {
  // M2
  Process daemon;
  std::thread later;
  const Ended ended = log_in(2, [&] {
    daemon.stop();
    later = std::thread([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(500));
      daemon.go_on();
    });
  });
  later.join();
  assert_int_equal(ended.code, PAM_SUCCESS);
  assert_true(ended.seconds >= 0.4);
}

void stopped_daemon_is_waited_for_half_a_minute(void**) {
  // M2
  Process daemon;
  const Ended ended = log_in(2, [&] { daemon.stop(); });
  assert_int_equal(ended.code, PAM_AUTHINFO_UNAVAIL);
  assert_true(ended.seconds > 29.0 && ended.seconds < 60.0);
}

}  // namespace

int main(int, char** arguments) {
  const std::string line =
      " required {module} socket={socket} server_uid=" + std::to_string(::getuid()) + "\n";
  const auto stage = test::PamStage::enter(arguments, {{"portal", "auth" + line}});
  socket_path = stage.socket();
  const CMUnitTest tests[] = {
      cmocka_unit_test(killed_daemon_is_unavailable_at_once),
      cmocka_unit_test(restarted_daemon_does_not_go_on_with_a_login),
      cmocka_unit_test(daemon_that_was_stopped_for_a_moment_goes_on),
      cmocka_unit_test(stopped_daemon_is_waited_for_half_a_minute),
  };
  return stage.leave(cmocka_run_group_tests(tests, nullptr, nullptr));
}
