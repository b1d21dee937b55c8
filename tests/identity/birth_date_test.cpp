#include "identity/birth_date.hpp"

#include "support/cmocka.hpp"

using namespace portal;

namespace {

void a_date_is_read_as_people_write_it(void**) {
  // DESIGN 1, step 1
  for (const char* typed :
       {"17.04.1963", "17.4.1963", " 17 . 4 . 1963 ", "17/04/1963", "17-04-1963", "17 04 1963",
        "17.\xC2\xA0"
        "04.1963"}) {
    const Result<BirthDate> date = BirthDate::parse(typed);
    assert_ok(date);
    test::assert_text(date->iso(), "1963-04-17");
    test::assert_text(date->formatted(), "17.04.1963");
  }
}

void what_is_no_day_of_the_calendar_fails(void**) {
  // DESIGN 1, step 1
  for (const char* typed :
       {"", "17.04", "17.04.63", "31.04.1963", "29.02.1963", "00.01.1963", "01.13.1963",
        "17.04.1899", "17.04.2100", "17..04.1963", "1963-04-17", "17.04.19635", "17.04.1963x",
        "017.04.1963", "17041963", "-1.04.1963", "17.04.-1963"}) {
    assert_error(BirthDate::parse(typed), Errc::malformed);
  }
  assert_error(BirthDate::parse(std::string(100, '1')), Errc::malformed);
}

void leap_days_and_the_ends_of_the_range_pass(void**) {
  // DESIGN 1, step 1
  assert_ok(BirthDate::parse("29.02.2000"));
  assert_error(BirthDate::parse("29.02.1900"), Errc::malformed);
  assert_ok(BirthDate::parse("01.01.1900"));
  assert_ok(BirthDate::parse("31.12.2099"));
}

void files_carry_the_iso_form_alone(void**) {
  // DESIGN 1: the import
  const Result<BirthDate> date = BirthDate::parse_iso("1963-04-07");
  assert_ok(date);
  test::assert_text(date->iso(), "1963-04-07");
  test::assert_text(date->formatted(), "07.04.1963");
  assert_true(*date == *BirthDate::parse("7.4.1963"));
  for (const char* text : {"", "1963-4-7", "07.04.1963", "1963-04-07 ", "1963-02-30", "1963/04/07",
                           "1963-04-0x", "+963-04-07"}) {
    assert_error(BirthDate::parse_iso(text), Errc::malformed);
  }
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_date_is_read_as_people_write_it),
      cmocka_unit_test(what_is_no_day_of_the_calendar_fails),
      cmocka_unit_test(leap_days_and_the_ends_of_the_range_pass),
      cmocka_unit_test(files_carry_the_iso_form_alone),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
