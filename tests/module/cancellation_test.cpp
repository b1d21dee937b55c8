// Hosts with threads: several logins at once, and threads that are cancelled inside one.

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <iterator>

#include "support/cmocka.hpp"
#include "support/pam_stage.hpp"
#include "support/scripted_daemon.hpp"
#include "support/scripted_person.hpp"

using namespace portal;
using namespace portal::wire;
using namespace std::chrono_literals;
using test::PamApplication;
using test::ScriptedDaemon;
using test::ScriptedPeer;
using test::ScriptedPerson;
using test::ScriptedServer;

namespace {

std::string socket_path;

constexpr char kService[] = "portal";

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

void wait_for(const std::atomic<bool>& flag) {
  for (int i = 0; i < 500 && !flag; ++i) std::this_thread::sleep_for(10ms);
  assert_true(flag);
}

/// A login on a thread of its own, which may be cancelled.
struct Login {
  int (*converse)(int, const pam_message**, pam_response**, void*) = ScriptedPerson::converse;
  void* data = nullptr;
  int cancel_type = PTHREAD_CANCEL_DEFERRED;
  std::atomic<int> code = -1;  ///< -1: the call never returned
  std::atomic<int> state_afterwards = -1;

  static void* run(void* self) {
    auto& login = *static_cast<Login*>(self);
    const PamApplication application(kService, "anna", login.converse, login.data);
    ::pthread_setcanceltype(login.cancel_type, nullptr);
    login.code = pam_authenticate(application.handle(), 0);
    int state = -1;
    ::pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &state);
    login.state_afterwards = state;
    ::pthread_testcancel();
    return nullptr;
  }
};

void thread_cancelled_while_the_daemon_thinks_ends_after_the_call(void**) {
  // M2
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 3; ++i) {
    std::atomic<bool> asked = false;
    std::atomic<bool> cancelled = false;
    ScriptedDaemon daemon(socket_path, [&](ScriptedPeer& peer) {
      (void)peer.receive();
      asked = true;
      wait_for(cancelled);
      peer.send(Done{Outcome::success, {}, {}});
    });
    Login login;
    pthread_t thread{};
    assert_int_equal(::pthread_create(&thread, nullptr, Login::run, &login), 0);
    wait_for(asked);
    std::this_thread::sleep_for(50ms);  // until it waits in the kernel
    assert_int_equal(::pthread_cancel(thread), 0);
    std::this_thread::sleep_for(50ms);
    cancelled = true;
    void* result = nullptr;
    assert_int_equal(::pthread_join(thread, &result), 0);
    assert_ptr_equal(result, PTHREAD_CANCELED);
    assert_int_equal(login.code, PAM_SUCCESS);
    assert_int_equal(login.state_afterwards, PTHREAD_CANCEL_ENABLE);
  }
  assert_int_equal(open_descriptors(), before);
}

std::atomic<bool> at_the_prompt = false;

/// A person who takes 200 ms, in a call that can be cancelled, and answers "x".
int slow_person(int, const pam_message**, pam_response** responses, void*) {
  at_the_prompt = true;
  ::usleep(200'000);
  *responses = static_cast<pam_response*>(std::calloc(1, sizeof(pam_response)));
  (*responses)->resp = ::strdup("x");
  return PAM_SUCCESS;
}

void thread_cancelled_at_a_prompt_ends_after_the_call(void**) {
  // M1, M2
  const std::size_t before = open_descriptors();
  for (const int type : {PTHREAD_CANCEL_DEFERRED, PTHREAD_CANCEL_ASYNCHRONOUS}) {
    std::string answer;
    at_the_prompt = false;
    ScriptedDaemon daemon(socket_path, [&](ScriptedPeer& peer) {
      (void)peer.receive();
      peer.send(Prompt{Style::echo_off, {"Password: "}});
      answer = peer.receive_answer();
      peer.send(Done{Outcome::success, {}, {}});
    });
    Login login;
    login.converse = slow_person;
    login.cancel_type = type;
    pthread_t thread{};
    assert_int_equal(::pthread_create(&thread, nullptr, Login::run, &login), 0);
    wait_for(at_the_prompt);
    assert_int_equal(::pthread_cancel(thread), 0);
    void* result = nullptr;
    assert_int_equal(::pthread_join(thread, &result), 0);
    assert_ptr_equal(result, PTHREAD_CANCELED);
    daemon.finish();
    test::assert_text(answer, "x");  // the exchange was over: nothing of it stayed behind
  }
  assert_int_equal(open_descriptors(), before);
}

void cancellation_that_was_off_stays_off(void**) {
  // M2
  for (const int state : {PTHREAD_CANCEL_DISABLE, PTHREAD_CANCEL_ENABLE}) {
    const ScriptedServer daemon(socket_path, [](ScriptedPeer& peer) {
      if (peer.receive()) peer.send(Done{Outcome::denied, {}, {}});
    });
    ::pthread_setcancelstate(state, nullptr);
    ScriptedPerson person;
    const PamApplication application(kService, "anna", ScriptedPerson::converse, &person);
    const int code = pam_authenticate(application.handle(), 0);
    int afterwards = -1;
    ::pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &afterwards);
    assert_int_equal(code, PAM_AUTH_ERR);
    assert_int_equal(afterwards, state);
  }
}

void logins_of_many_threads_do_not_mix(void**) {
  // M2
  const ScriptedServer daemon(socket_path, [](ScriptedPeer& peer) {
    const auto received = peer.receive();
    if (!received) return;
    const std::string name(std::get<Open>(received->message()).user.value);
    peer.send(Prompt{Style::echo_off, {"Password: "}});
    const bool right = peer.receive_answer() == name;
    peer.send(Done{right ? Outcome::success : Outcome::denied, {}, {}});
  });
  const std::size_t before = open_descriptors();
  std::atomic<int> granted = 0;
  std::vector<std::thread> threads;
  for (int number = 0; number < 8; ++number) {
    threads.emplace_back([&granted, name = "anna" + std::to_string(number)] {
      for (int round = 0; round < 25; ++round) {
        ScriptedPerson person{{"Password: ", name}};
        const PamApplication application(kService, name.c_str(), ScriptedPerson::converse, &person);
        granted += pam_authenticate(application.handle(), 0) == PAM_SUCCESS ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  assert_int_equal(granted, 200);
  assert_int_equal(open_descriptors(), before);
}

}  // namespace

int main(int, char** arguments) {
  const std::string line =
      " required {module} socket={socket} server_uid=" + std::to_string(::getuid()) + "\n";
  const auto stage = test::PamStage::enter(arguments, {{kService, "auth" + line}});
  socket_path = stage.socket();
  const CMUnitTest tests[] = {
      cmocka_unit_test(thread_cancelled_while_the_daemon_thinks_ends_after_the_call),
      cmocka_unit_test(thread_cancelled_at_a_prompt_ends_after_the_call),
      cmocka_unit_test(cancellation_that_was_off_stays_off),
      cmocka_unit_test(logins_of_many_threads_do_not_mix),
  };
  return stage.leave(cmocka_run_group_tests(tests, nullptr, nullptr));
}
