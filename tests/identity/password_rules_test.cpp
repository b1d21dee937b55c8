#include "identity/password_rules.hpp"

#include <algorithm>

#include "base/random.hpp"
#include "identity/unicode.hpp"
#include "support/cmocka.hpp"

using namespace portal;

namespace {

/// The configured default: Debian package john-data.
constexpr const char* kList = "/usr/share/john/password.lst";

const PasswordRules& rules(PasswordProfile profile = PasswordProfile::portal) {
  static const Result<PasswordRules> portal = PasswordRules::load(PasswordProfile::portal, kList);
  static const Result<PasswordRules> nist =
      PasswordRules::load(PasswordProfile::nist_800_63b_4, kList);
  const Result<PasswordRules>& wanted = profile == PasswordProfile::portal ? portal : nist;
  assert_ok(wanted);
  return *wanted;
}

PasswordContext anna() {
  return {{"Anna-Maria", "Müller Li", "a.muster+rente@bluewin.ch"},
          {"Flex", "Fondation Exemplaire"}};
}

bool has(const std::vector<PasswordFault>& faults, PasswordFault fault) {
  return std::ranges::find(faults, fault) != faults.end();
}

std::vector<PasswordFault> faults_of(std::string_view password,
                                     PasswordProfile profile = PasswordProfile::portal) {
  return rules(profile).faults_of(Secret(password), anna());
}

void assert_good(std::string_view password, PasswordProfile profile = PasswordProfile::portal) {
  const std::vector<PasswordFault> faults = faults_of(password, profile);
  if (!faults.empty()) {
    fail_msg("%s: fault %d", std::string(password).c_str(), static_cast<int>(faults.front()));
  }
}

void assert_fault(std::string_view password, PasswordFault fault) {
  if (!has(faults_of(password), fault)) {
    fail_msg("%s lacks fault %d", std::string(password).c_str(), static_cast<int>(fault));
  }
}

void the_portal_profile_wants_eight_characters_of_four_classes(void**) {
  // P1
  assert_good("vT7#kq9w");
  assert_fault("vT7#kq9", PasswordFault::too_short);
  assert_fault("vTx#kqzw", PasswordFault::no_digit);
  assert_fault("VT7#KQ9W", PasswordFault::no_lower_case);
  assert_fault("vt7#kq9w", PasswordFault::no_upper_case);
  assert_fault("vT7xkq9w", PasswordFault::no_special);
  assert_good("vT7 kq9w");
  assert_good("éT7_kq9w");
}

void characters_are_counted_not_bytes(void**) {
  // P1, P2
  assert_fault("äÖ7#äöü", PasswordFault::too_short);
  assert_fault("vT7é𝄞q9", PasswordFault::too_short);
  assert_true(has(faults_of("Ä7#ÖÜËÏÉ"), PasswordFault::no_lower_case));
  assert_false(has(faults_of("Ä7#ÖÜËÏé"), PasswordFault::no_lower_case));
  assert_false(has(faults_of("Ä7#ÖÜËÏé"), PasswordFault::no_upper_case));
}

void every_fault_is_told_at_once(void**) {
  // P1, P3
  const std::vector<PasswordFault> faults = faults_of("abc");
  for (const PasswordFault fault :
       {PasswordFault::too_short, PasswordFault::no_digit, PasswordFault::no_upper_case,
        PasswordFault::no_special, PasswordFault::common}) {
    assert_true(has(faults, fault));
  }
}

void the_nist_profile_wants_no_classes(void**) {
  // P1
  assert_good("vtqkzwmx", PasswordProfile::nist_800_63b_4);
  assert_true(has(faults_of("vtqkzwm", PasswordProfile::nist_800_63b_4), PasswordFault::too_short));
  assert_true(has(faults_of("sunshine", PasswordProfile::nist_800_63b_4), PasswordFault::common));
}

void long_passwords_pass_whole_and_too_long_ones_are_refused(void**) {
  // P2
  std::string phrase = "Ein 7 Zwerge langer Satz, den man sich gut merken kann; und noch mehr!";
  assert_good(phrase);
  std::string longest;
  while (count_code_points(longest).value_or(0) < 256) longest += "Xk7é#w2Q";
  assert_good(longest);
  assert_fault(longest + "a", PasswordFault::too_long);
  assert_fault(std::string(1'000'000, 'a'), PasswordFault::too_long);
}

void what_is_not_text_is_refused(void**) {
  // P2
  for (const std::string_view password :
       {std::string_view("vT7#kq9w\0x", 10), std::string_view("vT7#kq9w\n"),
        std::string_view("vT7#kq9w\xFF"), std::string_view("vT7#kq9w\xC2\x85")}) {
    assert_fault(password, PasswordFault::not_text);
  }
}

void common_passwords_are_refused_however_dressed(void**) {
  // P3
  for (const char* password :
       {"Passwort1!",   "Password1!", "Sommer2024!",   "P@ssw0rd!",    "P@ssw0rt1!",
        "Winter2025!",  "Qwertz123!", "Qwertz1!",      "Bonjour2024!", "MotDePasse1!",
        "Soleil2024*",  "12345678!",  "!!Passwort1!!", "123Hallo!",    "Juventus1897!",
        "Willkommen$1", "Geheim#123", "Zürich2024!",   "Été2024!!",    "Pensionskasse1!",
        "iloveyou1!A",  "Letmein123!"}) {
    assert_fault(password, PasswordFault::common);
  }
}

void dictionary_words_and_simple_patterns_are_refused(void**) {
  // P3
  for (const char* password :
       {"Xylophone1!", "enohpolyX1!", "Aa1!Aa1!", "aaaaAAAA1!", "Abcdefgh1!"}) {
    assert_fault(password, PasswordFault::common);
  }
}

void a_common_word_within_a_long_password_is_no_fault(void**) {
  // P3
  assert_good("Sommer93827#46581x");
  // What stands around the word would be a password's length by itself.
  assert_good("Sommer93827#46581");
  assert_fault("Sommer93827#4", PasswordFault::common);
  assert_good("love-9f8#Kd02jf");
}

void the_persons_names_and_address_are_refused(void**) {
  // P3
  for (const char* password : {"xANNA7#kqw", "x7#Maria-kq", "MÜLLER7#kq", "Mu\xCC\x88ller7#kq",
                               "7#Muster.kq", "kq7#Rente+x", "anna-maria7#K"}) {
    assert_fault(to_nfc(password).value_or(""), PasswordFault::contains_name);
  }
  // "Li" is shorter than four letters; "bluewin" is not the person's own.
  assert_false(has(faults_of("Li7#kqzwm"), PasswordFault::contains_name));
  assert_false(has(faults_of("bluewin7#Kq"), PasswordFault::contains_name));
}

void the_portals_name_is_refused(void**) {
  // P3
  assert_fault("xflEX7#kq", PasswordFault::contains_portal);
  assert_fault("7#Exemplaire", PasswordFault::contains_portal);
  assert_false(has(faults_of("vT7#kq9w"), PasswordFault::contains_portal));
}

void the_list_has_three_thousand_passwords(void**) {
  // P3
  assert_true(rules().common_count() >= 3000);
}

void a_missing_or_empty_list_is_refused(void**) {
  // P3
  assert_error(PasswordRules::load(PasswordProfile::portal, "/nonexistent"), Errc::not_found);
  assert_error(PasswordRules::load(PasswordProfile::portal, "/dev/null"), Errc::malformed);
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(the_portal_profile_wants_eight_characters_of_four_classes),
      cmocka_unit_test(characters_are_counted_not_bytes),
      cmocka_unit_test(every_fault_is_told_at_once),
      cmocka_unit_test(the_nist_profile_wants_no_classes),
      cmocka_unit_test(long_passwords_pass_whole_and_too_long_ones_are_refused),
      cmocka_unit_test(what_is_not_text_is_refused),
      cmocka_unit_test(common_passwords_are_refused_however_dressed),
      cmocka_unit_test(dictionary_words_and_simple_patterns_are_refused),
      cmocka_unit_test(a_common_word_within_a_long_password_is_no_fault),
      cmocka_unit_test(the_persons_names_and_address_are_refused),
      cmocka_unit_test(the_portals_name_is_refused),
      cmocka_unit_test(the_list_has_three_thousand_passwords),
      cmocka_unit_test(a_missing_or_empty_list_is_refused),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
