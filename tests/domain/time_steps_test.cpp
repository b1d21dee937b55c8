#include "domain/time_steps.hpp"

#include <chrono>

#include "base/random.hpp"
#include "factors/totp.hpp"
#include "support/cmocka.hpp"
#include "support/manual_clock.hpp"

using namespace portal;
using namespace std::chrono_literals;

namespace {

struct Bench {
  OathTotpCodes totp = *OathTotpCodes::create();
  Secret seed = Secret::random(20);
  test::ManualClock clock;
  std::int64_t now() const { return time_step_at(clock.now()); }
  Secret code(std::int64_t step) const { return *totp.code_at(seed, step); }
  std::optional<StepMatch> enrol(std::int64_t step) const {
    return *match_enrolment(totp, seed, code(step), clock.now());
  }
  std::optional<StepMatch> log_in(std::int64_t step, int offset, std::int64_t last = 0) const {
    return *match_login(totp, seed, offset, last, code(step), clock.now());
  }
};

void a_step_is_thirty_seconds(void**) {
  // T3
  assert_int_equal(time_step_at(from_millis(59'999)), 1);
  assert_int_equal(time_step_at(from_millis(60'000)), 2);
}

void enrolment_searches_two_steps_either_way(void**) {
  // T3
  const Bench bench;
  for (int distance = -2; distance <= 2; ++distance) {
    const auto match = bench.enrol(bench.now() + distance);
    assert_true(match.has_value());
    assert_int_equal(match->step, bench.now() + distance);
  }
  assert_false(bench.enrol(bench.now() - 3).has_value());
  assert_false(bench.enrol(bench.now() + 3).has_value());
}

void a_slow_hand_at_enrolment_locks_no_right_clock_out(void**) {
  // T3: typed one step late, enrolled, and then in time for ever after
  const Bench bench;
  const auto late = bench.enrol(bench.now() - 1);
  assert_int_equal(late->offset, 0);
  assert_true(bench.log_in(bench.now(), late->offset).has_value());
}

void a_clock_two_steps_off_goes_on_working(void**) {
  // T3
  const Bench bench;
  for (const int off : {-2, 1, 2}) {
    const auto match = bench.enrol(bench.now() + off);
    assert_true(bench.log_in(bench.now() + off, match->offset).has_value());
  }
}

void login_takes_the_corrected_step_and_one_past(void**) {
  // T3
  const Bench bench;
  for (const int offset : {-4, -1, 0, 2, 4}) {
    const std::int64_t corrected = bench.now() + offset;
    assert_true(bench.log_in(corrected, offset).has_value());
    assert_true(bench.log_in(corrected - 1, offset).has_value());
    assert_false(bench.log_in(corrected - 2, offset).has_value());
    assert_false(bench.log_in(corrected + 1, offset).has_value());
    assert_int_equal(bench.log_in(corrected, offset)->offset, offset);
  }
}

void a_step_at_or_before_the_last_used_never_matches(void**) {
  // T4, also after the clock was set back
  const Bench bench;
  assert_false(bench.log_in(bench.now(), 0, bench.now()).has_value());
  assert_false(bench.log_in(bench.now() - 1, 0, bench.now()).has_value());
  assert_true(bench.log_in(bench.now(), 0, bench.now() - 1).has_value());
  assert_false(bench.log_in(bench.now(), 0, bench.now() + 100).has_value());
}

void a_wrong_or_missing_code_never_matches(void**) {
  // T3
  const Bench bench;
  assert_false(match_login(bench.totp, bench.seed, 0, 0, Secret(), bench.clock.now())->has_value());
  assert_false(match_enrolment(bench.totp, bench.seed, Secret(), bench.clock.now())->has_value());
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_step_is_thirty_seconds),
      cmocka_unit_test(enrolment_searches_two_steps_either_way),
      cmocka_unit_test(a_slow_hand_at_enrolment_locks_no_right_clock_out),
      cmocka_unit_test(a_clock_two_steps_off_goes_on_working),
      cmocka_unit_test(login_takes_the_corrected_step_and_one_past),
      cmocka_unit_test(a_step_at_or_before_the_last_used_never_matches),
      cmocka_unit_test(a_wrong_or_missing_code_never_matches),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
