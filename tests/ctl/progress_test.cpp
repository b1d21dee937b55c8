#include "ctl/progress.hpp"

#include "support/cmocka.hpp"

using namespace portal::ctl;
using namespace std::chrono_literals;
using portal::test::assert_text;

namespace {

void the_rate_and_the_time_left_are_told(void**) {
  // J6
  assert_text(pace_in_words({25, 100, 40'000, 2s}), "25 %, 40000 rows, 20000 rows/s, 6 s left");
  assert_text(pace_in_words({1, 1'000, 10, 1s}), "0 %, 10 rows, 10 rows/s, 16 min 39 s left");
  assert_text(pace_in_words({100, 100, 50, 1s}), "100 %, 50 rows, 50 rows/s, 0 s left");
}

void a_size_that_nobody_knows_is_not_guessed(void**) {
  // J6
  assert_text(pace_in_words({5'000, 0, 10, 500ms}), "10 rows, 20 rows/s");
  assert_text(pace_as_bar({5'000, 0, 10, 500ms}), "10 rows, 20 rows/s");
}

void extremes_of_time_and_size_do_no_harm(void**) {
  // J6
  assert_text(pace_in_words({0, 100, 0, 0ms}), "0 %, 0 rows, 0 rows/s");
  // A file that grew while it was read.
  assert_text(pace_as_bar({300, 100, 1, 1s}),
              "[####################] 100 %, 1 rows, 1 rows/s, 0 s left");
  const std::uint64_t gigabyte = 1'000'000'000;
  assert_text(pace_in_words({gigabyte, 4 * gigabyte, 10'000'000, 1'000s}),
              "25 %, 10000000 rows, 10000 rows/s, 50 min 0 s left");
}

void the_bar_has_as_much_as_is_done(void**) {
  // J6
  assert_text(pace_as_bar({1, 2, 10, 1s}),
              "[##########..........] 50 %, 10 rows, 10 rows/s, 1 s left");
  assert_text(pace_as_bar({0, 2, 0, 1s}), "[....................] 0 %, 0 rows, 0 rows/s");
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(the_rate_and_the_time_left_are_told),
      cmocka_unit_test(a_size_that_nobody_knows_is_not_guessed),
      cmocka_unit_test(extremes_of_time_and_size_do_no_harm),
      cmocka_unit_test(the_bar_has_as_much_as_is_done),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
