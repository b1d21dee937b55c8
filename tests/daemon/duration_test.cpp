#include "daemon/duration.hpp"

#include "support/cmocka.hpp"

using namespace portal;
using namespace std::chrono_literals;

namespace {

void durations_are_one_number_and_one_unit(void**) {
  assert_true(parse_duration("400ms") == 400ms);
  assert_true(parse_duration("30s") == 30s);
  assert_true(parse_duration("15min") == 15min);
  assert_true(parse_duration("24h") == 24h);
  assert_true(parse_duration("400d") == 9600h);
  assert_true(parse_duration("0s") == 0ms);
}

void anything_else_is_no_duration(void**) {
  for (const char* text : {"", "15", "min", "15 min", " 15min", "15min ", "-1s", "+1s", "1.5h",
                           "1h30min", "15MIN", "15m", "0x1s", "99999999999s", "10001d"}) {
    assert_false(parse_duration(text).has_value());
  }
}

void a_duration_is_shown_in_its_largest_whole_unit(void**) {
  test::assert_text(duration_text(400ms), "400ms");
  test::assert_text(duration_text(90s), "90s");
  test::assert_text(duration_text(15min), "15min");
  test::assert_text(duration_text(9600h), "400d");
  test::assert_text(duration_text(0ms), "0s");
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(durations_are_one_number_and_one_unit),
      cmocka_unit_test(anything_else_is_no_duration),
      cmocka_unit_test(a_duration_is_shown_in_its_largest_whole_unit),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
