#include "identity/ahv_number.hpp"

#include "support/cmocka.hpp"

using namespace portal;

namespace {

void the_sample_number_passes_however_it_is_written(void**) {
  // R1
  for (const char* typed : {"756.9217.0769.85", "7569217076985", " 756 9217 0769 85 ",
                            "756-9217-0769-85", "756.9217.0769.85\n",
                            "756\xC2\xA0"
                            "9217\xC2\xA0"
                            "0769\xC2\xA0"
                            "85"}) {
    const Result<AhvNumber> number = AhvNumber::parse(typed);
    assert_ok(number);
    test::assert_text(number->digits(), "7569217076985");
    test::assert_text(number->formatted(), "756.9217.0769.85");
  }
}

void each_change_of_one_digit_fails(void**) {
  // R1
  const std::string sample = "7569217076985";
  int tried = 0;
  for (std::size_t place = 0; place < sample.size(); ++place) {
    for (char digit = '0'; digit <= '9'; ++digit) {
      if (digit == sample[place]) continue;
      std::string changed = sample;
      changed[place] = digit;
      assert_error(AhvNumber::parse(changed), Errc::malformed);
      ++tried;
    }
  }
  assert_int_equal(tried, 13 * 9);
}

void what_is_no_number_of_13_digits_with_prefix_756_fails(void**) {
  // R1
  for (const char* typed :
       {"", " ", "756", "756.9217.0769.8", "756.9217.0769.855", "756.9217.0769.8x",
        "756,9217,0769,85", "+756.9217.0769.85", "7601234567892", "756921707698５"}) {
    assert_error(AhvNumber::parse(typed), Errc::malformed);
  }
  assert_error(AhvNumber::parse(std::string(65, '7')), Errc::malformed);
  assert_error(AhvNumber::parse(std::string_view("7569217076985\0", 14)), Errc::malformed);
}

void an_error_does_not_repeat_the_number(void**) {
  // J4
  const Result<AhvNumber> wrong = AhvNumber::parse("7569217076986");
  assert_false(wrong.has_value());
  assert_true(wrong.error().detail.find("9217") == std::string::npos);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(the_sample_number_passes_however_it_is_written),
      cmocka_unit_test(each_change_of_one_digit_fails),
      cmocka_unit_test(what_is_no_number_of_13_digits_with_prefix_756_fails),
      cmocka_unit_test(an_error_does_not_repeat_the_number),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
