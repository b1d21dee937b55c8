#include "http/message.hpp"

#include <string>

#include "support/cmocka.hpp"

using namespace portal;
using http::Request;
using http::Response;

namespace {

void a_cookie_is_found_among_others(void**) {
  // W1
  Request request;
  request.headers.emplace_back("cookie", "a=1; __Host-session=abc=; b=2");
  assert_true(request.cookie("__Host-session").has_value());
  test::assert_text(*request.cookie("__Host-session"), "abc=");
  test::assert_text(*request.cookie("b"), "2");
  assert_false(request.cookie("session").has_value());
  assert_false(request.cookie("__Host-sessio").has_value());
  assert_false(Request().cookie("a").has_value());
}

void a_cookie_that_comes_twice_is_not_believed(void**) {
  // W1
  Request once;
  once.headers.emplace_back("cookie", "s=good;s=evil; t=1");
  assert_false(once.cookie("s").has_value());
  test::assert_text(*once.cookie("t"), "1");
  Request spread;
  spread.headers.emplace_back("cookie", "s=good");
  spread.headers.emplace_back("cookie", "s=evil; u=2");
  assert_false(spread.cookie("s").has_value());
  test::assert_text(*spread.cookie("u"), "2");
}

void hostile_cookie_headers_do_no_harm(void**) {
  for (const char* value : {"", ";", ";;;", "=", "=x", "novalue", " ; = ; ", "s", "s ;"}) {
    Request request;
    request.headers.emplace_back("cookie", value);
    assert_false(request.cookie("s").has_value());
  }
}

void a_header_that_comes_twice_has_no_value(void**) {
  Request request;
  request.headers.emplace_back("accept-language", "fr");
  request.headers.emplace_back("x-twice", "1");
  request.headers.emplace_back("x-twice", "2");
  test::assert_text(request.header("accept-language"), "fr");
  test::assert_text(request.header("x-twice"), "");
  test::assert_text(request.header("x-none"), "");
}

void a_response_header_cannot_split_the_answer(void**) {
  // W5
  Response response;
  response.add_header("Location", "/next\r\nSet-Cookie: s=evil");
  response.add_header("Location", "/next\n");
  response.add_header("Location", std::string("/a\0b", 4));
  response.add_header("Loca tion", "/");
  response.add_header("Loca\r\ntion", "/");
  response.add_header("", "/");
  assert_int_equal(response.headers.size(), 0);
  response.add_header("Location", "/next");
  assert_int_equal(response.headers.size(), 1);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_cookie_is_found_among_others),
      cmocka_unit_test(a_cookie_that_comes_twice_is_not_believed),
      cmocka_unit_test(hostile_cookie_headers_do_no_harm),
      cmocka_unit_test(a_header_that_comes_twice_has_no_value),
      cmocka_unit_test(a_response_header_cannot_split_the_answer),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
