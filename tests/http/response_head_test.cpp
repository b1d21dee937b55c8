#include "http/response_head.hpp"

#include <string>

#include "support/cmocka.hpp"

using namespace portal;
using http::Method;
using http::Response;

namespace {

const UtcTime moment = from_millis(784'111'777'000);  // RFC 9110 section 5.6.7

void a_head_says_what_it_must(void**) {
  Response response;
  response.content_type = "text/html; charset=utf-8";
  response.body = "hello";
  response.add_header("X-One", "1");
  test::assert_text(http::head_of(response, {true, false}, moment),
                    "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                    "Content-Type: text/html; charset=utf-8\r\nContent-Length: 5\r\n"
                    "X-One: 1\r\n\r\n");
}

void dates_are_right_at_their_edges(void**) {
  test::assert_text(http::http_date(from_millis(0)), "Thu, 01 Jan 1970 00:00:00 GMT");
  test::assert_text(http::http_date(from_millis(1'709'251'199'999)),
                    "Thu, 29 Feb 2024 23:59:59 GMT");
}

void what_the_server_says_cannot_be_said_twice(void**) {
  // W5
  Response response;
  for (const char* name :
       {"Content-Length", "content-length", "Transfer-Encoding", "Connection", "Date"})
    response.add_header(name, "7");
  response.headers.emplace_back("X-Split", "a\r\nSet-Cookie: s=evil");
  response.headers.emplace_back("X: y\r\nZ", "a");
  response.content_type = "text/html\r\nX: y";
  test::assert_text(
      http::head_of(response, {true, false}, from_millis(0)),
      "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Length: 0\r\n\r\n");
}

void a_content_type_may_be_a_header(void**) {
  Response response;
  response.add_header("Content-Type", "image/png");
  assert_true(http::head_of(response, {}, moment).find("Content-Type: image/png\r\n") !=
              std::string::npos);
}

void answers_without_content_have_none(void**) {
  Response response;
  response.body = "x";
  for (const int status : {204, 304}) {
    response.status = status;
    assert_false(http::has_body(response, Method::get));
    assert_true(http::head_of(response, {}, moment).find("Content-Length") == std::string::npos);
  }
  response.status = 200;
  assert_true(http::has_body(response, Method::get));
  assert_false(http::has_body(response, Method::head));
}

void an_impossible_status_is_500(void**) {
  for (const int status : {0, -1, 100, 101, 600, 99'999}) {
    Response response;
    response.status = status;
    assert_true(
        http::head_of(response, {}, moment).starts_with("HTTP/1.1 500 Internal Server Error\r\n"));
  }
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_head_says_what_it_must),
      cmocka_unit_test(dates_are_right_at_their_edges),
      cmocka_unit_test(what_the_server_says_cannot_be_said_twice),
      cmocka_unit_test(a_content_type_may_be_a_header),
      cmocka_unit_test(answers_without_content_have_none),
      cmocka_unit_test(an_impossible_status_is_500),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
