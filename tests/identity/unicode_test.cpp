#include "identity/unicode.hpp"

#include "support/cmocka.hpp"

using namespace portal;

namespace {

void text_is_composed(void**) {
  // P2
  test::assert_text(*to_nfc("e\xCC\x81"), "\xC3\xA9");
  test::assert_text(*to_nfc(""), "");
  test::assert_text(*to_nfc("\xE2\x84\xAB"), "\xC3\x85");  // Ångström sign
  const Result<Secret> secret = to_nfc(Secret("pe\xCC\x81"));
  assert_ok(secret);
  test::assert_text(secret->reveal(), "p\xC3\xA9");
}

void compatibility_forms_stay_apart(void**) {
  // P2: NFC, not NFKC: a password is not changed more than it must
  test::assert_text(*to_nfc("\xEF\xAC\x81"), "\xEF\xAC\x81");  // fi ligature
}

void folding_forgets_case_in_full(void**) {
  // P3
  test::assert_text(*to_folded("STRASSE"), *to_folded("stra\xC3\x9F"
                                                      "e"));
  test::assert_text(*to_folded("Z\xC3\x9CRICH"), "z\xC3\xBCrich");
  test::assert_text(*to_folded("ZU\xCC\x88RICH"), "z\xC3\xBCrich");
  test::assert_text(*to_folded("\xCE\xA3\xCF\x82\xCF\x83"), "\xCF\x83\xCF\x83\xCF\x83");
  test::assert_text(*to_lower_case("STRA\xC3\x9F"
                                   "E"),
                    "stra\xC3\x9F"
                    "e");
}

void what_is_not_utf8_fails(void**) {
  // P2
  for (const char* bytes :
       {"\xFF", "a\xC3", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\x80"}) {
    assert_error(to_nfc(std::string_view(bytes)), Errc::malformed);
    assert_error(to_folded(std::string_view(bytes)), Errc::malformed);
    assert_error(count_code_points(bytes), Errc::malformed);
  }
  assert_error(to_nfc(std::string(kLongestText + 1, 'a')), Errc::malformed);
}

void growth_by_normalisation_fits(void**) {
  // P2
  std::string grows;  // U+0390 decomposes to three code points, U+FB2C composes to three
  for (int i = 0; i < 1000; ++i) grows += "\xCE\x90\xEF\xAC\xAC\xE1\xBE\x82";
  assert_ok(to_nfc(grows));
  assert_ok(to_folded(grows));
}

void characters_are_counted_by_kind(void**) {
  // P1
  const Result<CharacterCounts> counts =
      count_characters("aB3# \xC3\x89\xE4\xB8\xAD\xF0\x9F\x98\x80\n\xE2\x80\x8B");
  assert_ok(counts);
  assert_int_equal(counts->total, 10);
  assert_int_equal(counts->lower_case, 1);
  assert_int_equal(counts->upper_case, 2);
  assert_int_equal(counts->digit, 1);
  assert_int_equal(counts->other_letter, 1);
  assert_int_equal(counts->symbol, 2);
  assert_int_equal(counts->invisible, 2);
  assert_int_equal(counts->control, 1);
  assert_int_equal(*count_code_points("\xF0\x9D\x84\x9E"), 1);
  assert_int_equal(*count_code_points(""), 0);
  assert_int_equal(*count_code_points(std::string_view("\0", 1)), 1);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(text_is_composed),
      cmocka_unit_test(compatibility_forms_stay_apart),
      cmocka_unit_test(folding_forgets_case_in_full),
      cmocka_unit_test(what_is_not_utf8_fails),
      cmocka_unit_test(growth_by_normalisation_fits),
      cmocka_unit_test(characters_are_counted_by_kind),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
