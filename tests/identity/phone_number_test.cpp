#include "identity/phone_number.hpp"

#include "support/cmocka.hpp"

using namespace portal;

namespace {

void a_mobile_number_is_read_as_people_write_it(void**) {
  // S2
  for (const char* typed :
       {"079 123 45 67", "0791234567", "+41 79 123 45 67", "0041 79 123 45 67",
        "+41 (0)79 123 45 67", "079/123.45.67", "079-123-45-67", " 079 123 45 67 ",
        "\xE2\x80\xAA+41\xC2\xA0"
        "79 123 45 67\xE2\x80\xAC"}) {
    const Result<PhoneNumber> number = PhoneNumber::parse(typed, "CH");
    assert_ok(number);
    test::assert_text(number->e164(), "+41791234567");
    test::assert_text(number->calling_code(), "+41");
  }
}

void mobile_numbers_of_the_neighbours_keep_their_calling_code(void**) {
  // S2
  const Result<PhoneNumber> liechtenstein = PhoneNumber::parse("+423 790 12 34", "CH");
  assert_ok(liechtenstein);
  test::assert_text(liechtenstein->calling_code(), "+423");
  const Result<PhoneNumber> france = PhoneNumber::parse("+33 6 12 34 56 78", "CH");
  assert_ok(france);
  test::assert_text(france->calling_code(), "+33");
  test::assert_text(PhoneNumber::parse("06 12 34 56 78", "FR")->e164(), "+33612345678");
}

void numbers_that_cost_or_cannot_take_sms_are_refused(void**) {
  // S2
  for (const char* typed : {"0900 123 456", "0901 123 456", "0906 123 456", "0800 123 456",
                            "0840 123 456", "0848 123 456", "044 668 18 00", "031 322 21 11",
                            "+41 44 668 18 00", "+44 909 879 0000", "+33 899 12 34 56"}) {
    assert_error(PhoneNumber::parse(typed, "CH"), Errc::denied);
  }
}

void what_is_no_number_fails(void**) {
  // S2
  for (const char* typed :
       {"", " ", "079", "079 123 45 67 89 01", "0800 FLOWERS", "079 123 45 67 ext. 3",
        "tel:+41791234567", "+999 123 45 67", "079 123 45 6x", "+41791234567;phone-context=x", "++",
        "117", "\xFF\xFF"}) {
    assert_error(PhoneNumber::parse(typed, "CH"), Errc::malformed);
  }
  assert_error(PhoneNumber::parse(std::string(65, '1'), "CH"), Errc::malformed);
}

void an_error_does_not_repeat_the_number(void**) {
  // J4
  const Result<PhoneNumber> refused = PhoneNumber::parse("0900 123 456", "CH");
  assert_false(refused.has_value());
  assert_true(refused.error().detail.find("123") == std::string::npos);
}

void a_masked_number_shows_calling_code_and_two_digits(void**) {
  // J4
  test::assert_text(PhoneNumber::parse("079 123 45 67", "CH")->masked(), "+41 •• ••• •• 67");
  test::assert_text(PhoneNumber::from_e164("+423790123")->masked().substr(0, 4), "+423");
}

void the_store_gives_back_only_e164(void**) {
  // S2
  test::assert_text(PhoneNumber::from_e164("+41791234567")->e164(), "+41791234567");
  for (const char* text : {"", "+", "41791234567", "+0791234567", "+41 79", "+4179123456712345",
                           "+41", "+4179123456x"}) {
    assert_error(PhoneNumber::from_e164(text), Errc::malformed);
  }
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_mobile_number_is_read_as_people_write_it),
      cmocka_unit_test(mobile_numbers_of_the_neighbours_keep_their_calling_code),
      cmocka_unit_test(numbers_that_cost_or_cannot_take_sms_are_refused),
      cmocka_unit_test(what_is_no_number_fails),
      cmocka_unit_test(an_error_does_not_repeat_the_number),
      cmocka_unit_test(a_masked_number_shows_calling_code_and_two_digits),
      cmocka_unit_test(the_store_gives_back_only_e164),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
