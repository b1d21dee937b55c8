#include <string>

#include "http/message.hpp"
#include "support/cmocka.hpp"

using namespace portal;
using http::FormField;
using http::parse_form;

namespace {

void a_browsers_form_is_decoded(void**) {
  // W5
  const Result<std::vector<FormField>> form =
      parse_form("email=h%C3%A9l%C3%A8ne%40example.ch&password=a+b%2Bc%26%3D&empty=&note=1%0D%0A2");
  assert_ok(form);
  assert_int_equal(form->size(), 4);
  test::assert_text((*form)[0].name, "email");
  test::assert_text((*form)[0].value.reveal(), "hélène@example.ch");
  test::assert_text((*form)[1].value.reveal(), "a b+c&=");
  test::assert_text((*form)[2].value.reveal(), "");
  test::assert_text((*form)[3].value.reveal(), "1\r\n2");
}

void an_empty_body_has_no_fields(void**) {
  const Result<std::vector<FormField>> form = parse_form("");
  assert_ok(form);
  assert_int_equal(form->size(), 0);
}

void an_equals_sign_in_a_value_belongs_to_it(void**) {
  const Result<std::vector<FormField>> form = parse_form("token=abc==");
  assert_ok(form);
  test::assert_text((*form)[0].value.reveal(), "abc==");
}

void what_no_browser_sends_is_refused(void**) {
  // W5
  for (const std::string_view body : {
           "&",
           "a=1&",
           "&a=1",
           "a=1&&b=2",
           "a",
           "=1",
           "a b=1",
           "a=1 2",
           "a=\xc3\xa9",
           "a=1\n",
           "a=%",
           "a=%4",
           "a=%4g",
           "a=%zz",
           "a=1&b=%u0041",
       })
    assert_error(parse_form(body), Errc::malformed);
  assert_error(parse_form(std::string_view("a=\0", 3)), Errc::malformed);
}

void a_field_that_comes_twice_is_refused(void**) {
  // W5
  assert_error(parse_form("password=a&password=b"), Errc::malformed);
  assert_error(parse_form("code=1&c%6Fde=2"), Errc::malformed);
}

void a_hidden_nul_or_broken_utf8_is_refused(void**) {
  // W5
  for (const std::string_view body : {"a=%00", "a%00=1", "a%0A=1", "a=%FF", "a=%C3", "a=%C0%80",
                                      "a=%ED%A0%80", "a=%F4%90%80%80", "%FF=1"})
    assert_error(parse_form(body), Errc::malformed);
}

void a_form_is_bounded(void**) {
  // C1
  assert_ok(parse_form(std::string(64, 'n') + "=" + std::string(4'096, 'v')));
  assert_error(parse_form(std::string(65, 'n') + "=1"), Errc::malformed);
  assert_error(parse_form("n=" + std::string(4'097, 'v')), Errc::malformed);
  std::string many;
  for (int i = 0; i < 64; ++i) many += (i == 0 ? "f" : "&f") + std::to_string(i) + "=1";
  assert_ok(parse_form(many));
  assert_error(parse_form(many + "&one=more"), Errc::malformed);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_browsers_form_is_decoded),
      cmocka_unit_test(an_empty_body_has_no_fields),
      cmocka_unit_test(an_equals_sign_in_a_value_belongs_to_it),
      cmocka_unit_test(what_no_browser_sends_is_refused),
      cmocka_unit_test(a_field_that_comes_twice_is_refused),
      cmocka_unit_test(a_hidden_nul_or_broken_utf8_is_refused),
      cmocka_unit_test(a_form_is_bounded),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
