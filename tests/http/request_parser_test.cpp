#include "http/request_parser.hpp"

#include <string>

#include "support/cmocka.hpp"

using namespace portal;
using http::Method;
using http::Request;
using http::RequestParser;
using http::WipedBuffer;
using State = http::RequestParser::State;

namespace {

constexpr std::size_t header_limit = 2'048;
constexpr std::size_t body_limit = 1'024;

WipedBuffer buffer_of(std::string_view text) { return WipedBuffer(text.begin(), text.end()); }

/// The status that `text` is refused with; 0 if it is a whole request, -1 if more is wanted.
int verdict_on(std::string_view text) {
  RequestParser parser(header_limit, body_limit);
  WipedBuffer input = buffer_of(text);
  switch (parser.feed(input)) {
    case State::failed: return parser.status();
    case State::complete: return 0;
    case State::head:
    case State::body: return -1;
  }
  return -1;
}

std::string get(const std::string& target, const std::string& headers = "Host: a\r\n") {
  return "GET " + target + " HTTP/1.1\r\n" + headers + "\r\n";
}

std::string post(const std::string& headers, const std::string& body) {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n" + body;
}

void a_request_is_read_whatever_the_pieces(void**) {
  const std::string text =
      "POST /people/a%20b?x=1 HTTP/1.1\r\nHost: Portal.Example:8443\r\nX-One:  two \r\n"
      "Content-Length: 5\r\n\r\nhelloGET / HTTP/1.1\r\n";
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, text.size()}) {
    RequestParser parser(header_limit, body_limit);
    WipedBuffer input;
    std::size_t at = 0;
    State state = State::head;
    while (state != State::complete && at < text.size()) {
      const std::string_view part = std::string_view(text).substr(at, piece);
      input.insert(input.end(), part.begin(), part.end());
      at += part.size();
      state = parser.feed(input);
      assert_true(state != State::failed);
    }
    assert_true(state == State::complete);
    assert_true(parser.keep_alive());
    const Request request = parser.take();
    assert_true(request.method == Method::post);
    test::assert_text(request.path, "/people/a b");
    test::assert_text(request.query, "x=1");
    test::assert_text(request.host, "portal.example");
    test::assert_text(request.header("x-one"), "two");
    test::assert_text(request.body.reveal(), "hello");
    if (piece == text.size())  // what follows is the next request's
      test::assert_text(std::string_view(input.data(), input.size()), "GET / HTTP/1.1\r\n");
  }
}

void chunks_are_put_together_and_trailers_dropped(void**) {
  const std::string text = post("Transfer-Encoding: chunked\r\n",
                                "3\r\nhel\r\n2;name=value\r\nlo\r\n0\r\nHost: evil\r\n\r\n");
  for (const std::size_t piece : {std::size_t{1}, text.size()}) {
    RequestParser parser(header_limit, body_limit);
    WipedBuffer input;
    State state = State::head;
    for (std::size_t at = 0; at < text.size(); at += piece) {
      const std::string_view part = std::string_view(text).substr(at, piece);
      input.insert(input.end(), part.begin(), part.end());
      state = parser.feed(input);
    }
    assert_true(state == State::complete);
    const Request request = parser.take();
    test::assert_text(request.body.reveal(), "hello");
    test::assert_text(request.host, "a");
    test::assert_text(request.header("host"), "a");
  }
}

void what_two_parsers_could_read_differently_is_refused(void**) {
  // W5
  const std::string chunked = "0\r\n\r\n";
  assert_int_equal(verdict_on(post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", chunked)),
                   400);
  assert_int_equal(verdict_on(post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", chunked)),
                   400);
  assert_int_equal(verdict_on(post("Content-Length: 1\r\nContent-Length: 1\r\n", "a")), 400);
  assert_int_equal(verdict_on(post("Content-Length: 1, 1\r\n", "a")), 400);
  for (const char* length : {"+1", "-1", "0x1", "1a", "", "99999999999999999999", "1 1"})
    assert_int_equal(verdict_on(post("Content-Length: " + std::string(length) + "\r\n", "a")), 400);
  assert_int_equal(
      verdict_on(post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", chunked)),
      400);
  for (const char* coding : {"gzip, chunked", "identity", "xchunked", "chunked;q=1"})
    assert_int_equal(
        verdict_on(post("Transfer-Encoding: " + std::string(coding) + "\r\n", chunked)), 501);
  for (const char* name :
       {"Content-Length ", " Content-Length", "Content\tLength", "", "Content(Length"})
    assert_int_equal(verdict_on(post(std::string(name) + ": 1\r\n", "a")), 400);
  assert_int_equal(verdict_on("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked),
                   400);
}

void an_empty_chunked_body_may_come_byte_by_byte(void**) {
  // Beast's own assertions abort here: it expects five bytes and has four.
  const std::string text = post("Transfer-Encoding: chunked\r\n", "0\r\n\r\n");
  RequestParser parser(header_limit, body_limit);
  WipedBuffer input;
  for (std::size_t at = 0; at < text.size(); ++at) {
    input.push_back(text[at]);
    const State state = parser.feed(input);
    assert_true((state == State::complete) == (at + 1 == text.size()));
  }
}

void bad_chunks_are_refused(void**) {
  for (const char* body :
       {"g\r\n", "5\nhello\r\n", "-1\r\n", "0x5\r\nhello\r\n\r\n", " 5\r\nhello\r\n",
        "FFFFFFFFFFFFFFFFF\r\n", "5\r\nhelloXX0\r\n\r\n", "\r\n", "5;\x01\r\n"}) {
    const int verdict = verdict_on(post("Transfer-Encoding: chunked\r\n", body));
    if (verdict != 400) fail_msg("%d for %s", verdict, body);
  }
  const std::string long_extension = "1;" + std::string(5'000, 'x');
  assert_int_equal(verdict_on(post("Transfer-Encoding: chunked\r\n", long_extension)), 400);
}

void a_body_over_the_limit_is_413(void**) {
  // C1
  const std::string exact(body_limit, 'x');
  const std::string size = std::to_string(body_limit);
  assert_int_equal(verdict_on(post("Content-Length: " + size + "\r\n", exact)), 0);
  assert_int_equal(
      verdict_on(post("Content-Length: " + std::to_string(body_limit + 1) + "\r\n", "")), 413);
  assert_int_equal(
      verdict_on(post("Transfer-Encoding: chunked\r\n", "400\r\n" + exact + "\r\n0\r\n\r\n")), 0);
  assert_int_equal(verdict_on(post("Transfer-Encoding: chunked\r\n", "401\r\n")), 413);
  assert_int_equal(
      verdict_on(post("Transfer-Encoding: chunked\r\n", "400\r\n" + exact + "\r\n1\r\n")), 413);
}

void a_head_over_the_limit_is_431_or_414(void**) {
  // C1
  assert_int_equal(verdict_on(get("/", "Host: a\r\nX: " + std::string(header_limit, 'x') + "\r\n")),
                   431);
  assert_int_equal(verdict_on("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(header_limit, 'x')),
                   431);
  assert_int_equal(verdict_on("GET /" + std::string(header_limit, 'x')), 414);
  std::string many = "Host: a\r\n";
  for (int i = 0; i < 100; ++i) many += "X:1\r\n";
  assert_int_equal(verdict_on(get("/", many)), 431);
  RequestParser roomy(16 * 1024, body_limit);
  WipedBuffer input = buffer_of(get("/" + std::string(4'096, 'x')));
  assert_true(roomy.feed(input) == State::failed);
  assert_int_equal(roomy.status(), 414);
}

void one_good_host_is_wanted(void**) {
  // W5
  assert_int_equal(verdict_on(get("/", "")), 400);
  assert_int_equal(verdict_on(get("/", "Host: a\r\nHost: a\r\n")), 400);
  for (const char* host : {"", "a b", "a/b", "user@a", "a:b", "a:123456", "a\\b", "[::1", "[]",
                           "[zz]", "a,b", "\xc3\xa9.ch", "[::1]x", "a:1:2"})
    assert_int_equal(verdict_on(get("/", "Host: " + std::string(host) + "\r\n")), 400);
  for (const char* host : {"a", "A.Example:443", "127.0.0.1", "[::1]:8443", "a:"})
    assert_int_equal(verdict_on(get("/", "Host: " + std::string(host) + "\r\n")), 0);
  assert_int_equal(verdict_on("GET / HTTP/1.0\r\n\r\n"), 0);
  assert_int_equal(verdict_on("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"), 400);
}

void only_plain_paths_are_read(void**) {
  // W5
  for (const char* target :
       {"http://a/", "https://evil/", "*",         "a",     "//a/..",    "/a/../b", "/..",
        "/.",        "/a/./b",        "/%2e%2e/b", "/.%2E", "/a%2Fb",    "/a%2fb",  "/a%00",
        "/a%0d%0a",  "/a%",           "/a%4",      "/a%zz", "/a#b",      "/a\\b",   "/a%5Cb",
        "/%ff",      "/%c0%af",       "/a?x#y",    "/\x7f", "/a\xc3\xa9"})
    if (const int verdict = verdict_on(get(target)); verdict != 400)
      fail_msg("%d for %s", verdict, target);
  for (const char* target :
       {"/", "//", "/a..b", "/...", "/a%20b", "/%C3%A9", "/a?b=../%2f", "/a+b"})
    assert_int_equal(verdict_on(get(target)), 0);
}

void folded_lines_and_control_bytes_are_refused(void**) {
  // W5
  assert_int_equal(verdict_on(get("/", "Host: a\r\nX: 1\r\n 2\r\n")), 400);
  assert_int_equal(verdict_on(get("/", "Host: a\r\nX: 1\r\n\t2\r\n")), 400);
  assert_int_equal(verdict_on(get("/", " Host: a\r\n")), 400);
  assert_int_equal(verdict_on(get("/", std::string("Host: a\r\nX: 1\0002\r\n", 17))), 400);
  assert_int_equal(verdict_on(get("/", "Host: a\r\nX: 1\r2\r\n")), 400);
  assert_int_equal(verdict_on(get("/", "Host: a\nX: 1\r\n")), 400);
  assert_int_equal(verdict_on(get("/", "Host: a\r\nX: \x01\r\n")), 400);
  assert_int_equal(verdict_on("GET / HTTP/1.1\nHost: a\n\r\n\r\n"), 400);
}

void methods_and_versions_are_decided_on_purpose(void**) {
  const std::string end = " / HTTP/1.1\r\nHost: a\r\n\r\n";
  for (const char* method : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"})
    assert_int_equal(verdict_on(method + end), 0);
  for (const char* method : {"BREW", "get", "PROPFIND", "M-SEARCH"})
    assert_int_equal(verdict_on(method + end), 501);
  assert_int_equal(verdict_on("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n"), 501);
  assert_int_equal(verdict_on("G(T" + end), 400);
  for (const char* version : {"HTTP/2.0", "HTTP/1.2", "HTTP/0.9", "HTTQ/1.1", "http/1.1"})
    if (const int verdict = verdict_on("GET / " + std::string(version) + "\r\nHost: a\r\n\r\n");
        verdict != 505)
      fail_msg("%d for %s", verdict, version);
  assert_int_equal(verdict_on("GET /\r\n\r\n"), 400);
  assert_int_equal(verdict_on("GET  / HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
}

void an_expectation_is_met_or_refused(void**) {
  const auto expecting = [](const std::string& what) {
    return post("Content-Length: 1\r\nExpect: " + what + "\r\n", "");
  };
  RequestParser parser(header_limit, body_limit);
  WipedBuffer input = buffer_of(expecting("100-Continue"));
  assert_true(parser.feed(input) == State::body);
  assert_true(parser.expects_continue());
  assert_int_equal(verdict_on(expecting("200-ok")), 417);
  assert_int_equal(verdict_on(post("Content-Length: 9999\r\nExpect: 100-continue\r\n", "")), 413);
  RequestParser old(header_limit, body_limit);
  input = buffer_of("POST / HTTP/1.0\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n");
  assert_true(old.feed(input) == State::body);
  assert_false(old.expects_continue());
}

void the_connection_stays_or_ends_as_the_client_says(void**) {
  const auto stays = [](const std::string& text) {
    RequestParser parser(header_limit, body_limit);
    WipedBuffer input = buffer_of(text);
    assert_true(parser.feed(input) == State::complete);
    return parser.keep_alive();
  };
  assert_true(stays(get("/")));
  assert_false(stays(get("/", "Host: a\r\nConnection: close\r\n")));
  assert_false(stays(get("/", "Host: a\r\nConnection: Foo, CLOSE\r\n")));
  assert_false(stays("GET / HTTP/1.0\r\n\r\n"));
  assert_true(stays("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
}

void one_empty_line_before_a_request_is_forgiven(void**) {
  assert_int_equal(verdict_on("\r\n" + get("/")), 0);
  assert_int_equal(verdict_on("\r\n\r\n" + get("/")), 400);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_request_is_read_whatever_the_pieces),
      cmocka_unit_test(chunks_are_put_together_and_trailers_dropped),
      cmocka_unit_test(what_two_parsers_could_read_differently_is_refused),
      cmocka_unit_test(an_empty_chunked_body_may_come_byte_by_byte),
      cmocka_unit_test(bad_chunks_are_refused),
      cmocka_unit_test(a_body_over_the_limit_is_413),
      cmocka_unit_test(a_head_over_the_limit_is_431_or_414),
      cmocka_unit_test(one_good_host_is_wanted),
      cmocka_unit_test(only_plain_paths_are_read),
      cmocka_unit_test(folded_lines_and_control_bytes_are_refused),
      cmocka_unit_test(methods_and_versions_are_decided_on_purpose),
      cmocka_unit_test(an_expectation_is_met_or_refused),
      cmocka_unit_test(the_connection_stays_or_ends_as_the_client_says),
      cmocka_unit_test(one_empty_line_before_a_request_is_forgiven),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
