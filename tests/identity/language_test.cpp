#include "identity/language.hpp"

#include "identity/source.hpp"
#include "support/cmocka.hpp"

using namespace portal;

namespace {

void the_language_of_a_tag_is_its_first_part(void**) {
  // DESIGN 4, languages
  assert_true(parse_language("de-CH") == Language::de);
  assert_true(parse_language("de_CH.UTF-8") == Language::de);
  assert_true(parse_language("IT") == Language::it);
  for (const char* tag : {"", "rm", "den", "d", "-de", "*", "x-fr", "français"}) {
    assert_false(parse_language(tag).has_value());
  }
  for (const Language language : kLanguages)
    assert_true(parse_language(code_of(language)) == language);
}

void the_browsers_best_language_wins(void**) {
  // DESIGN 4, languages
  assert_true(preferred_language("de-CH,de;q=0.9,en;q=0.8") == Language::de);
  assert_true(preferred_language("en;q=0.5, it;q=0.8") == Language::it);
  assert_true(preferred_language("rm, it ;q=0.3 , de; q=0.4") == Language::de);
  assert_true(preferred_language("de;q=0, en;q=0.1") == Language::en);
  assert_true(preferred_language("en, de") == Language::en);
}

void french_is_spoken_when_nothing_fits(void**) {
  // DESIGN 4, languages
  for (const char* header : {"", "*", "rm", "de;q=0", "de;q=2", "de;q=abc", "de;q=0.12345",
                             "de;level=1", ",,,;;;", "en;q="}) {
    assert_true(preferred_language(header) == Language::fr);
  }
  std::string many;
  for (int i = 0; i < 20; ++i) many += "xx,";
  assert_true(preferred_language(many + "de") == Language::fr);
}

void addresses_are_throttled_by_what_a_subscriber_holds(void**) {
  // R6, S2
  test::assert_text((Source{"192.0.2.7", "web"}.throttle_key()), "192.0.2.7");
  test::assert_text((Source{"::ffff:192.0.2.7", "web"}.throttle_key()), "192.0.2.7");
  test::assert_text((Source{"2001:db8:1:2:3:4:5:6", "web"}.throttle_key()), "2001:db8:1:2::/64");
  test::assert_text((Source{"2001:db8:1:2::1", "web"}.throttle_key()), "2001:db8:1:2::/64");
  test::assert_text((Source{"local", "sshd"}.throttle_key()), "local");
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(the_language_of_a_tag_is_its_first_part),
      cmocka_unit_test(the_browsers_best_language_wins),
      cmocka_unit_test(french_is_spoken_when_nothing_fits),
      cmocka_unit_test(addresses_are_throttled_by_what_a_subscriber_holds),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
