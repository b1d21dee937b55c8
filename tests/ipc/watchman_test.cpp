#include "ipc/watchman.hpp"

#include <atomic>
#include <thread>

#include "support/cmocka.hpp"

using namespace portal;
using namespace std::chrono_literals;
using ipc::Watchman;

namespace {

bool soon(const std::function<bool()>& holds) {
  for (int i = 0; i < 500 && !holds(); ++i) std::this_thread::sleep_for(10ms);
  return holds();
}

void work_that_takes_too_long_is_told_once(void**) {
  // C1
  std::atomic<int> told = 0;
  Watchman watchman(1ms, [&] { ++told; });
  assert_true(watchman.begin());
  assert_true(soon([&] { return told == 1; }));
  std::this_thread::sleep_for(50ms);
  assert_int_equal(told, 1);
  assert_true(watchman.begin());
  assert_true(soon([&] { return told == 2; }));
}

void work_that_ends_in_time_is_not_told(void**) {
  // C1
  std::atomic<int> told = 0;
  Watchman watchman(20ms, [&] { ++told; });
  assert_true(watchman.begin());
  watchman.end();
  std::this_thread::sleep_for(100ms);
  assert_int_equal(told, 0);
  // The timer that was left running is not taken for that of the next work.
  assert_true(watchman.begin());
  assert_true(soon([&] { return told == 1; }));
}

void it_goes_home_while_work_goes_on(void**) {
  // C1
  std::atomic<int> told = 0;
  {
    Watchman watchman(1h, [&] { ++told; });
    assert_true(watchman.begin());
  }
  assert_int_equal(told, 0);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(work_that_takes_too_long_is_told_once),
      cmocka_unit_test(work_that_ends_in_time_is_not_told),
      cmocka_unit_test(it_goes_home_while_work_goes_on),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
