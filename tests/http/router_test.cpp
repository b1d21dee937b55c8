#include "http/router.hpp"

#include <stdexcept>
#include <string>

#include "base/log.hpp"
#include "support/cmocka.hpp"

using namespace portal;
using http::Handler;
using http::Method;
using http::Request;
using http::Response;
using http::Router;

namespace {

Handler saying(std::string text) {
  return [text = std::move(text)](const Request&) {
    Response response;
    response.body = text;
    return response;
  };
}

Response ask(const Router& router, Method method, std::string path) {
  Request request;
  request.method = method;
  request.path = std::move(path);
  return router.handle(request);
}

std::string header_of(const Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers)
    if (key == name) return value;
  return "";
}

/// Keeps all that was logged as one text.
struct Log final : LogSink {
  Log() { set_log_sink(this); }
  ~Log() override { set_log_sink(nullptr); }
  void write(LogLevel, std::string_view message,
             std::span<const LogField> fields) noexcept override {
    text.append(message);
    for (const LogField& field : fields) text.append(" ").append(field.value);
  }
  std::string text;
};

void a_path_finds_its_handler(void**) {
  Router router;
  router.add(Method::get, "/", saying("home"));
  router.add(Method::get, "/register", saying("form"));
  router.add(Method::post, "/register", saying("posted"));
  test::assert_text(ask(router, Method::get, "/").body, "home");
  test::assert_text(ask(router, Method::get, "/register").body, "form");
  test::assert_text(ask(router, Method::post, "/register").body, "posted");
}

void an_unknown_path_is_404(void**) {
  Router router;
  router.add(Method::get, "/register", saying("form"));
  for (const char* path :
       {"/", "/registe", "/register/", "//register", "/Register", "", "register"})
    assert_int_equal(ask(router, Method::get, path).status, 404);
}

void a_wrong_method_is_405_and_names_the_right_ones(void**) {
  Router router;
  router.add(Method::get, "/a", saying("get"));
  router.add(Method::post, "/a", saying("post"));
  router.add(Method::delete_, "/{x}", saying("delete"));
  const Response refused = ask(router, Method::put, "/a");
  assert_int_equal(refused.status, 405);
  test::assert_text(header_of(refused, "Allow"), "GET, HEAD, POST, DELETE");
  assert_int_equal(ask(router, Method::other, "/a").status, 405);
  test::assert_text(header_of(ask(router, Method::get, "/b"), "Allow"), "DELETE");
}

void head_is_served_by_get(void**) {
  Router router;
  router.add(Method::get, "/a", saying("get"));
  router.add(Method::post, "/b", saying("post"));
  assert_int_equal(ask(router, Method::head, "/a").status, 200);
  assert_int_equal(ask(router, Method::head, "/b").status, 405);
}

void a_parameter_matches_one_segment(void**) {
  Router router;
  router.add(Method::get, "/people/{id}/codes/{code}", [](const Request& request) {
    Response response;
    response.body = request.parameters.at("id") + "|" + request.parameters.at("code");
    return response;
  });
  test::assert_text(ask(router, Method::get, "/people/a b/codes/é").body, "a b|é");
  assert_int_equal(ask(router, Method::get, "/people//codes/1").status, 404);
  assert_int_equal(ask(router, Method::get, "/people/1/2/codes/1").status, 404);
}

void the_more_literal_route_wins(void**) {
  Router router;
  router.add(Method::get, "/people/{id}", saying("one"));
  router.add(Method::get, "/people/import", saying("import"));
  test::assert_text(ask(router, Method::get, "/people/import").body, "import");
  test::assert_text(ask(router, Method::get, "/people/7").body, "one");
}

void a_route_is_added_once(void**) {
  Router router;
  router.add(Method::get, "/a", saying("a"));
  bool refused = false;
  try {
    router.add(Method::get, "/a", saying("b"));
  } catch (const std::logic_error&) {
    refused = true;
  }
  assert_true(refused);
}

void a_throwing_handler_is_500_and_its_words_are_not_logged(void**) {
  // J4
  Log log;
  Router router;
  router.add(Method::post, "/login/{who}", [](const Request&) -> Response {
    throw std::runtime_error("value 'geheim' for column password");
  });
  router.add(Method::get, "/int", [](const Request&) -> Response { throw 42; });
  const Response answer = ask(router, Method::post, "/login/anna");
  assert_int_equal(answer.status, 500);
  assert_true(answer.body.find("geheim") == std::string::npos);
  assert_true(log.text.find("/login/{who}") != std::string::npos);
  assert_true(log.text.find("geheim") == std::string::npos);
  assert_true(log.text.find("anna") == std::string::npos);
  assert_int_equal(ask(router, Method::get, "/int").status, 500);
}

void the_error_page_is_shown_and_may_fail(void**) {
  Log log;
  Router router;
  router.set_error_page([](int status, const Request&) {
    Response page;
    page.body = "sorry " + std::to_string(status);
    return page;
  });
  test::assert_text(ask(router, Method::get, "/x").body, "sorry 404");
  assert_int_equal(ask(router, Method::get, "/x").status, 404);
  router.set_error_page([](int, const Request&) -> Response { throw std::runtime_error("x"); });
  test::assert_text(ask(router, Method::get, "/x").body, "404 Not Found\n");
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_path_finds_its_handler),
      cmocka_unit_test(an_unknown_path_is_404),
      cmocka_unit_test(a_wrong_method_is_405_and_names_the_right_ones),
      cmocka_unit_test(head_is_served_by_get),
      cmocka_unit_test(a_parameter_matches_one_segment),
      cmocka_unit_test(the_more_literal_route_wins),
      cmocka_unit_test(a_route_is_added_once),
      cmocka_unit_test(a_throwing_handler_is_500_and_its_words_are_not_logged),
      cmocka_unit_test(the_error_page_is_shown_and_may_fail),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
