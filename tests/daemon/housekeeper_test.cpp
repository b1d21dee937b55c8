#include "daemon/housekeeper.hpp"

#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "support/cmocka.hpp"

using namespace portal;
using namespace std::chrono_literals;

namespace {

/// Keeps the reasons that are logged.
class Reasons final : public LogSink {
 public:
  Reasons() { set_log_sink(this); }
  ~Reasons() override { set_log_sink(nullptr); }
  void write(LogLevel, std::string_view message,
             std::span<const LogField> fields) noexcept override {
    const std::lock_guard lock(mutex_);
    std::string line(message);
    for (const LogField& field : fields) {
      if (field.name == "reason") line += ": " + field.value;
    }
    lines_.push_back(line);
  }
  std::vector<std::string> lines() {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> lines_;
};

template <class F>
bool comes_true(F condition) {
  for (int i = 0; i < 500; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(10ms);
  }
  return false;
}

void a_chore_is_done_again_after_its_pause(void**) {
  std::atomic<int> done{0};
  const Housekeeper housekeeper({{"count",
                                  [&] {
                                    ++done;
                                    return Result<void>();
                                  },
                                  1ms, 1h}});
  assert_true(comes_true([&] { return done >= 3; }));
}

void a_failed_chore_is_tried_sooner_and_told_once(void**) {
  std::atomic<int> tries{0};
  Reasons reasons;
  {
    const Housekeeper housekeeper({{"fail",
                                    [&]() -> Result<void> {
                                      if (++tries <= 3) return fail(Errc::unavailable, "down");
                                      return {};
                                    },
                                    1h, 1ms}});
    assert_true(comes_true([&] { return reasons.lines().size() == 2; }));
  }
  assert_int_equal(tries, 4);
  test::assert_text(reasons.lines()[0], "cannot be done now, will be tried again: down");
  test::assert_text(reasons.lines()[1], "works again");
}

void one_chore_does_not_wait_for_the_pause_of_another(void**) {
  std::atomic<int> quick{0};
  std::atomic<int> slow{0};
  const Housekeeper housekeeper({{"slow",
                                  [&] {
                                    ++slow;
                                    return Result<void>();
                                  },
                                  1h, 1h},
                                 {"quick",
                                  [&] {
                                    ++quick;
                                    return Result<void>();
                                  },
                                  1ms, 1h}});
  assert_true(comes_true([&] { return quick >= 5; }));
  assert_int_equal(slow, 1);
}

void an_exception_is_a_failure_and_its_text_is_not_told(void**) {
  // J4
  Reasons reasons;
  const Housekeeper housekeeper(
      {{"throw", []() -> Result<void> { throw std::runtime_error("hunter2"); }, 1h, 1h}});
  assert_true(comes_true([&] { return reasons.lines().size() == 1; }));
  assert_true(reasons.lines()[0].find("hunter2") == std::string::npos);
}

void the_end_does_not_wait_for_a_pause(void**) {
  const auto started = std::chrono::steady_clock::now();
  {
    const Housekeeper housekeeper({{"never", [] { return Result<void>(); }, 1h, 1h, 1h}});
  }
  assert_true(std::chrono::steady_clock::now() - started < 5s);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_chore_is_done_again_after_its_pause),
      cmocka_unit_test(a_failed_chore_is_tried_sooner_and_told_once),
      cmocka_unit_test(one_chore_does_not_wait_for_the_pause_of_another),
      cmocka_unit_test(an_exception_is_a_failure_and_its_text_is_not_told),
      cmocka_unit_test(the_end_does_not_wait_for_a_pause),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
