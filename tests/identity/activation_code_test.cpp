#include "identity/activation_code.hpp"

#include <cmath>
#include <set>

#include "base/random.hpp"
#include "support/cmocka.hpp"

using namespace portal;

namespace {

void a_generated_code_has_sixty_bits_without_look_alikes(void**) {
  // R2
  std::set<char> seen;
  std::set<std::string> codes;
  for (int i = 0; i < 2000; ++i) {
    const ActivationCode code = ActivationCode::generate();
    const std::string text(code.canonical().reveal());
    assert_int_equal(text.size(), 16);
    seen.insert(text.begin(), text.end());
    codes.insert(text);
  }
  assert_int_equal(codes.size(), 2000);
  for (const char look_alike : std::string_view("0O1IL2Z5S6G8BUV")) {
    if (look_alike == 'V') continue;  // its twin U is never printed, and V itself is unlike Y and W
    assert_false(seen.contains(look_alike));
  }
  assert_true(16 * std::log2(static_cast<double>(seen.size())) >= 60.0);
}

void a_code_is_printed_in_groups_of_four(void**) {
  // R2
  const Secret printed = ActivationCode::generate().printed();
  assert_int_equal(printed.size(), 19);
  for (std::size_t i = 0; i < printed.size(); ++i) {
    assert_int_equal(printed.reveal()[i] == '-', i % 5 == 4);
  }
  const Result<ActivationCode> odd = ActivationCode::parse("ABCDEFGHJ");
  assert_ok(odd);
  test::assert_text(odd->printed().reveal(), "ABCD-EFGH-J");
}

void what_is_printed_can_be_typed_in_any_case_and_grouping(void**) {
  // R2
  const ActivationCode code = ActivationCode::generate();
  const Result<ActivationCode> again = ActivationCode::parse(code.printed().reveal());
  assert_ok(again);
  assert_true(again->canonical().equals(code.canonical()));
  for (const char* typed : {"k7qf-9xtm-33ac", " K7QF 9XTM 33AC ", "k7qf9xtm33ac",
                            "K7QF\xE2\x80\x93"
                            "9XTM\xC2\xA0"
                            "33AC"}) {
    const Result<ActivationCode> parsed = ActivationCode::parse(typed);
    assert_ok(parsed);
    test::assert_text(parsed->canonical().reveal(), "K7QF9XTM33AC");
  }
}

void look_alikes_of_imported_codes_are_kept_apart(void**) {
  // R2
  test::assert_text(ActivationCode::parse("O0I1L")->canonical().reveal(), "O0I1L");
}

void what_is_no_code_fails_without_repeating_it(void**) {
  // R2, J4
  for (const char* typed : {"", "ABC", "----", "ABCD_EFGH", "ABCDÉ", "AB CD;"}) {
    const Result<ActivationCode> code = ActivationCode::parse(typed);
    assert_error(code, Errc::malformed);
    assert_true(code.error().detail.find("ABC") == std::string::npos);
  }
  assert_ok(ActivationCode::parse(std::string(64, 'A')));
  assert_error(ActivationCode::parse(std::string(65, 'A')), Errc::malformed);
  assert_error(ActivationCode::parse(std::string(4000, ' ')), Errc::malformed);
}

void a_weak_imported_code_is_known_as_such(void**) {
  // R2
  assert_true(ActivationCode::parse("123456")->strength_bits() < 20.0);
  assert_true(ActivationCode::parse("1234567")->strength_bits() > 20.0);
  assert_true(ActivationCode::parse("ABCD")->strength_bits() < 20.0);
  assert_true(ActivationCode::generate().strength_bits() >= 60.0);
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_generated_code_has_sixty_bits_without_look_alikes),
      cmocka_unit_test(a_code_is_printed_in_groups_of_four),
      cmocka_unit_test(what_is_printed_can_be_typed_in_any_case_and_grouping),
      cmocka_unit_test(look_alikes_of_imported_codes_are_kept_apart),
      cmocka_unit_test(what_is_no_code_fails_without_repeating_it),
      cmocka_unit_test(a_weak_imported_code_is_known_as_such),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
