// The module in a host that runs for months.

#include <dlfcn.h>
#include <malloc.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "support/cmocka.hpp"
#include "support/pam_stage.hpp"
#include "support/scripted_daemon.hpp"
#include "support/scripted_person.hpp"

using namespace portal;
using namespace portal::wire;
using test::PamApplication;
using test::ScriptedPeer;
using test::ScriptedPerson;
using test::ScriptedServer;

namespace {

std::string socket_path;

constexpr char kService[] = "portal";
constexpr int kTimes = 10'000;

/// What a process holds.
struct Held {
  std::size_t descriptors = 0;
  std::size_t mappings = 0;
  std::size_t heap = 0;      ///< bytes
  std::size_t resident = 0;  ///< bytes

  static Held now() {
    Held held;
    const std::filesystem::directory_iterator all("/proc/self/fd");
    held.descriptors = static_cast<std::size_t>(std::distance(begin(all), end(all)));
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) ++held.mappings;
    held.heap = ::mallinfo2().uordblks;
    std::size_t total = 0;
    std::ifstream("/proc/self/statm") >> total >> held.resident;
    held.resident *= static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    return held;
  }
};

/// Room for what libc itself keeps, less than one byte for each of the many times.
constexpr std::size_t kHeapSlack = kTimes - 1;
constexpr std::size_t kResidentSlack = 1024 * 1024;

/// The scripted daemon lives in this process: its end of the last connection may be open or not.
constexpr std::size_t kDescriptorSlack = 1;

void assert_no_growth(const Held& before, const Held& after) {
  assert_true(after.descriptors <= before.descriptors + kDescriptorSlack);
  assert_true(after.mappings <= before.mappings + 2);
  assert_true(after.heap <= before.heap + kHeapSlack);
  assert_true(after.resident <= before.resident + kResidentSlack);
}

void loading_and_unloading_ten_thousand_times_leaves_nothing(void**) {
  // M2
  const auto load_and_unload = [] {
    void* const module = ::dlopen(PORTAL_MODULE, RTLD_NOW);
    assert_non_null(module);
    assert_non_null(::dlsym(module, "pam_sm_authenticate"));
    assert_int_equal(::dlclose(module), 0);
  };
  for (int i = 0; i < 100; ++i) load_and_unload();
  const Held before = Held::now();
  for (int i = 0; i < kTimes; ++i) load_and_unload();
  assert_no_growth(before, Held::now());
  // It stays mapped: a thread that is still inside it must not find its code gone.
  void* const still_there = ::dlopen(PORTAL_MODULE, RTLD_NOW | RTLD_NOLOAD);
  assert_non_null(still_there);
  ::dlclose(still_there);
}

void ten_thousand_logins_leave_nothing(void**) {
  // M2
  const ScriptedServer daemon(socket_path, [](ScriptedPeer& peer) {
    if (!peer.receive()) return;
    peer.send(Prompt{Style::echo_off, {"Password: "}, Keep::password});
    const bool right = peer.receive_answer() == "right";
    peer.send(Done{right ? Outcome::success : Outcome::denied, {"d1"}, {"A text."}});
  });
  int granted = 0;
  int refused = 0;
  const auto log_in = [&](int number) {
    ScriptedPerson person{{"Password: ", number % 2 == 0 ? "right" : "wrong"}};
    const PamApplication application(kService, "anna", ScriptedPerson::converse, &person);
    const int code = pam_authenticate(application.handle(), 0);
    granted += code == PAM_SUCCESS ? 1 : 0;
    refused += code == PAM_AUTH_ERR ? 1 : 0;
  };
  for (int i = 0; i < 500; ++i) log_in(i);
  const Held before = Held::now();
  for (int i = 0; i < kTimes; ++i) log_in(i);
  assert_no_growth(before, Held::now());
  assert_int_equal(granted, (kTimes + 500) / 2);
  assert_int_equal(refused, (kTimes + 500) / 2);
}

}  // namespace

int main(int, char** arguments) {
  const std::string line =
      " required {module} socket={socket} server_uid=" + std::to_string(::getuid()) + "\n";
  const auto stage = test::PamStage::enter(arguments, {{kService, "auth" + line}});
  socket_path = stage.socket();
  const CMUnitTest tests[] = {
      cmocka_unit_test(loading_and_unloading_ten_thousand_times_leaves_nothing),
      cmocka_unit_test(ten_thousand_logins_leave_nothing),
  };
  return stage.leave(cmocka_run_group_tests(tests, nullptr, nullptr));
}
