#include "base/refusal_schedule.hpp"

#include "support/cmocka.hpp"

using namespace portal;
using namespace std::chrono_literals;

namespace {

void a_refusal_leaves_at_a_multiple_that_is_not_over(void**) {
  // R7, L5
  const std::chrono::steady_clock::time_point begun{1h};
  const auto leaves_after = [&](std::chrono::nanoseconds took) {
    return next_departure(begun, begun + took, 400ms) - begun;
  };
  assert_true(leaves_after(0ms) == 400ms);
  assert_true(leaves_after(1ms) == 400ms);
  assert_true(leaves_after(399ms) == 400ms);
  assert_true(leaves_after(400ms) == 800ms);  // not late by the nanoseconds since
  assert_true(leaves_after(750ms) == 800ms);
  assert_true(leaves_after(-1ms) == 400ms);
}

void without_a_schedule_it_leaves_at_once(void**) {
  const std::chrono::steady_clock::time_point begun{1h};
  assert_true(next_departure(begun, begun + 3ms, 0ms) == begun + 3ms);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_refusal_leaves_at_a_multiple_that_is_not_over),
      cmocka_unit_test(without_a_schedule_it_leaves_at_once),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
