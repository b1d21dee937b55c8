#include "identity/recovery_code.hpp"

#include <cmath>
#include <set>
#include <string>

#include "base/random.hpp"
#include "support/cmocka.hpp"

using namespace portal;

namespace {

void a_code_has_sixty_four_bits_without_look_alikes(void**) {
  // A1
  std::set<char> seen;
  std::set<std::string> codes;
  for (int i = 0; i < 2000; ++i) {
    const RecoveryCode code = RecoveryCode::generate();
    const std::string text(code.canonical().reveal());
    assert_int_equal(text.size(), 16);
    seen.insert(text.begin(), text.end());
    codes.insert(text);
  }
  assert_int_equal(codes.size(), 2000);
  for (const char look_alike : std::string_view("0O1IL2Z5S6G8BU")) {
    assert_false(seen.contains(look_alike));
  }
  assert_true(16 * std::log2(static_cast<double>(seen.size())) >= 64.0);
}

void what_is_printed_can_be_typed_in_any_case_and_grouping(void**) {
  // A1
  const RecoveryCode code = RecoveryCode::generate();
  const Result<RecoveryCode> again = RecoveryCode::parse(code.printed().reveal());
  assert_ok(again);
  assert_true(again->canonical().equals(code.canonical()));
  for (const char* typed : {"k7qf-9xtm-4pwr-hj3d", " K7QF 9XTM 4PWR HJ3D ", "k7qf9xtm4pwrhj3d"}) {
    const Result<RecoveryCode> parsed = RecoveryCode::parse(typed);
    assert_ok(parsed);
    test::assert_text(parsed->printed().reveal(), "K7QF-9XTM-4PWR-HJ3D");
  }
}

void nothing_else_is_taken_for_one(void**) {
  // A1, T5
  for (const char* typed :
       {"", "447683", "447 683", "44768390", "Regen?Bogen7unter", "K7QF-9XTM-4PWR-HJ3",
        "K7QF-9XTM-4PWR-HJ3DD", "K7QF-9XTM-4PWR-HJ30", "K7QF-9XTM-4PWR-HJ3.D"}) {
    assert_error(RecoveryCode::parse(typed), Errc::malformed);
  }
  assert_error(RecoveryCode::parse(std::string(2048, 'K')), Errc::malformed);
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_code_has_sixty_four_bits_without_look_alikes),
      cmocka_unit_test(what_is_printed_can_be_typed_in_any_case_and_grouping),
      cmocka_unit_test(nothing_else_is_taken_for_one),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
