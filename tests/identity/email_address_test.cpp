#include "identity/email_address.hpp"

#include "identity/user_name.hpp"
#include "support/cmocka.hpp"

using namespace portal;

namespace {

void an_address_is_kept_as_typed_and_compared_folded(void**) {
  // DESIGN 4, identity of a name
  const Result<EmailAddress> address = EmailAddress::parse(" Anna.Muster@Example.CH\n");
  assert_ok(address);
  test::assert_text(address->text(), "Anna.Muster@example.ch");
  test::assert_text(address->key(), "anna.muster@example.ch");
  assert_true(*address == *EmailAddress::parse("anna.MUSTER@example.ch"));
  assert_false(*address == *EmailAddress::parse("anna.muster@example.com"));
}

void what_a_directory_cannot_store_fails(void**) {
  // RFC 4524 section 2.16: mail is IA5String; found by an activation that could never end
  for (const char* typed :
       {"zo\xC3\xA9@example.ch", "zoe@ex\xC3\xA9mple.ch", "zoe@example.\xC3\xA9h"}) {
    assert_error(EmailAddress::parse(typed), Errc::malformed);
  }
}

void a_user_name_has_the_key_of_the_same_address(void**) {
  // DESIGN 4, identity of a name
  for (const char* typed : {"Anna.Muster@Example.CH ", "ZOE@example.ch", "iris@EXAMPLE.ch"}) {
    const Result<EmailAddress> address = EmailAddress::parse(typed);
    const Result<UserName> name = UserName::parse(typed);
    assert_ok(address);
    assert_ok(name);
    test::assert_text(name->key(), address->key());
  }
}

void a_user_name_is_any_short_text_without_controls(void**) {
  // DESIGN 4, identity of a name
  test::assert_text(UserName::parse(" P12345 ")->key(), "p12345");
  test::assert_text(UserName::parse("ZOE\xCC\x81")->key(), UserName::parse("zo\xC3\xA9")->key());
  for (const char* typed : {"", "  ", "a\tb", "a\x01", "\xFF",
                            "a\xC2\x85"
                            "b"}) {
    assert_error(UserName::parse(typed), Errc::malformed);
  }
  assert_error(UserName::parse(std::string_view("a\0b", 3)), Errc::malformed);
  assert_ok(UserName::parse(std::string(254, 'a')));
  assert_error(UserName::parse(std::string(255, 'a')), Errc::malformed);
}

void what_cannot_be_delivered_fails(void**) {
  // RFC 5321 section 4.1.2
  for (const char* typed : {"",
                            "@",
                            "anna",
                            "anna@",
                            "@example.ch",
                            "anna@example",
                            "anna@.ch",
                            "anna@example.",
                            "anna@example..ch",
                            ".anna@example.ch",
                            "anna.@example.ch",
                            "an..na@example.ch",
                            "anna@-example.ch",
                            "anna@example-.ch",
                            "anna@exa_mple.ch",
                            "anna@192.0.2.1",
                            "anna@[192.0.2.1]",
                            "\"anna\"@example.ch",
                            "an na@example.ch",
                            "anna@exam ple.ch",
                            "anna@b@example.ch",
                            "anna,bert@example.ch",
                            "anna@example.ch, bert@example.ch",
                            "Anna <anna@example.ch>",
                            "anna(x)@example.ch",
                            "\xFF@example.ch"}) {
    assert_error(EmailAddress::parse(typed), Errc::malformed);
  }
}

void what_would_start_a_new_header_fails(void**) {
  // RFC 5322 section 2.2: header injection
  for (const char* typed :
       {"anna@example.ch\r\nBcc: all@example.ch", "an\nna@example.ch", "anna@exam\rple.ch",
        "anna\xE2\x80\xA8@example.ch", "anna\xE2\x80\x8B@example.ch", "anna\xC2\x85@example.ch"}) {
    assert_error(EmailAddress::parse(typed), Errc::malformed);
  }
  assert_error(EmailAddress::parse(std::string_view("anna\0@example.ch", 16)), Errc::malformed);
}

void the_limits_of_the_standard_hold(void**) {
  // RFC 5321 section 4.1.2
  const std::string domain = "@example.ch";
  assert_ok(EmailAddress::parse(std::string(64, 'a') + domain));
  assert_error(EmailAddress::parse(std::string(65, 'a') + domain), Errc::malformed);
  assert_ok(EmailAddress::parse("a@" + std::string(63, 'b') + ".ch"));
  assert_error(EmailAddress::parse("a@" + std::string(64, 'b') + ".ch"), Errc::malformed);
  std::string far = "a@";
  while (far.size() < 300) far += "bbbbbbbbb.";
  assert_error(EmailAddress::parse(far + "ch"), Errc::malformed);
}

void a_masked_address_shows_ends_and_domain_only(void**) {
  // J4
  test::assert_text(EmailAddress::parse("anna.muster@example.ch")->masked(), "a…r@example.ch");
  test::assert_text(EmailAddress::parse("abc@example.ch")->masked(), "a…c@example.ch");
  test::assert_text(EmailAddress::parse("ab@example.ch")->masked(), "a…@example.ch");
  test::assert_text(EmailAddress::parse("a@example.ch")->masked(), "a…@example.ch");
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(an_address_is_kept_as_typed_and_compared_folded),
      cmocka_unit_test(what_a_directory_cannot_store_fails),
      cmocka_unit_test(a_user_name_has_the_key_of_the_same_address),
      cmocka_unit_test(a_user_name_is_any_short_text_without_controls),
      cmocka_unit_test(what_cannot_be_delivered_fails),
      cmocka_unit_test(what_would_start_a_new_header_fails),
      cmocka_unit_test(the_limits_of_the_standard_hold),
      cmocka_unit_test(a_masked_address_shows_ends_and_domain_only),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
