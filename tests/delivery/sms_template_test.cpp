#include "delivery/sms/template.hpp"

#include "delivery/sms/alphabet.hpp"
#include "support/cmocka.hpp"

using namespace portal;
using test::assert_text;
using Escaping = SmsTemplate::Escaping;

namespace {

std::string filled(std::string_view text, Escaping escaping, std::string_view value) {
  const Result<SmsTemplate> made = SmsTemplate::parse(text, escaping);
  assert_ok(made);
  return std::string(made->fill({{"text", value}, {"number", "+41791234567"}}).reveal());
}

void a_value_is_escaped_for_where_it_stands(void**) {
  // S3
  constexpr std::string_view hostile = "a&b=\"c\"<d>\\ 'é' +\r\nX: y";
  assert_text(
      filled("to={number}&text={text}", Escaping::percent, hostile),
      "to=%2B41791234567&text=a%26b%3D%22c%22%3Cd%3E%5C%20%27%C3%A9%27%20%2B%0D%0AX%3A%20y");
  assert_text(filled(R"({"to":"{number}","text":"{text}"})", Escaping::json, hostile),
              R"({"to":"+41791234567","text":"a&b=\"c\"<d>\\ 'é' +\r\nX: y"})");
  assert_text(filled("<t>{text}</t>", Escaping::xml, hostile),
              "<t>a&amp;b=&quot;c&quot;&lt;d&gt;\\ &apos;é&apos; +&#10;X: y</t>");
  assert_text(filled("X-Text: {text}", Escaping::none, "a\r\nX: y"), "X-Text: aX: y");
}

void a_value_that_looks_like_a_placeholder_is_not_filled_again(void**) {
  // S3
  assert_text(filled("{text}|{number}", Escaping::none, "{number}"), "{number}|+41791234567");
}

void a_brace_before_no_name_is_itself(void**) {
  // S3
  assert_text(filled(R"({"a":{"b":["{text}"]}})", Escaping::json, "x"), R"({"a":{"b":["x"]}})");
  assert_text(filled("{", Escaping::json, "x"), "{");
  assert_text(filled("{}{text", Escaping::json, "x"), "{}{text");
}

void an_unknown_placeholder_is_refused(void**) {
  // S3
  assert_error(SmsTemplate::parse("to={nummer}", Escaping::percent), Errc::malformed);
  assert_error(SmsTemplate::parse("X: {text}\r\n", Escaping::none), Errc::malformed);
}

void the_alphabet_of_phones_has_some_accents_only(void**) {
  // R11: what goes out in an alphabet that lacks a letter arrives without it
  assert_true(fits_gsm7("Ihr Code: 447683, gültig für 10 Minuten [flex] €"));
  assert_true(fits_gsm7("à é è ù ì ò Ä Ö Ü ß Ç"));
  assert_false(fits_gsm7("réseau à vérifier: forêt"));
  assert_false(fits_gsm7("reçu"));
  assert_false(fits_gsm7("“447683”"));
  assert_false(fits_gsm7("\xF0\x9F\x98\x80"));
  assert_false(fits_gsm7("broken \xE2\x82"));
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_value_is_escaped_for_where_it_stands),
      cmocka_unit_test(a_value_that_looks_like_a_placeholder_is_not_filled_again),
      cmocka_unit_test(a_brace_before_no_name_is_itself),
      cmocka_unit_test(an_unknown_placeholder_is_refused),
      cmocka_unit_test(the_alphabet_of_phones_has_some_accents_only),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
