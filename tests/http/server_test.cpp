#include "http/server.hpp"

#include <sys/socket.h>

#include <string>

#include "http/running_server.hpp"
#include "support/cmocka.hpp"

using namespace portal;
using test::Answer;
using test::Client;
using test::request_of;
using test::RunningServer;

namespace {

void a_connection_serves_many_requests(void**) {
  RunningServer server;
  Client client = server.client();
  for (int i = 0; i < 3; ++i) {
    assert_true(client.send(request_of("GET /hello")));
    const Answer answer = client.receive();
    assert_int_equal(answer.status, 200);
    test::assert_text(answer.body, "hello");
    test::assert_text(answer.headers.at("content-length"), "5");
    test::assert_text(answer.headers.at("content-type"), "text/plain");
    assert_true(answer.headers.at("date").ends_with(" GMT"));
    assert_int_equal(answer.headers.count("connection"), 0);
  }
}

void the_connection_ends_when_the_client_says_so(void**) {
  RunningServer server;
  Client modern = server.client();
  assert_true(modern.send(request_of("GET /hello", "Connection: close\r\n")));
  test::assert_text(modern.receive().headers.at("connection"), "close");
  assert_true(modern.is_ended_within(std::chrono::seconds(1)));
  Client old = server.client();
  assert_true(old.send("GET /hello HTTP/1.0\r\n\r\n"));
  test::assert_text(old.receive().headers.at("connection"), "close");
  assert_true(old.is_ended_within(std::chrono::seconds(1)));
  Client old_keeping = server.client();
  assert_true(old_keeping.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
  test::assert_text(old_keeping.receive().headers.at("connection"), "keep-alive");
  assert_true(old_keeping.send(request_of("GET /hello")));
  assert_int_equal(old_keeping.receive().status, 200);
}

void pipelined_requests_are_answered_in_their_order(void**) {
  RunningServer server;
  Client client = server.client();
  std::string all;
  for (int i = 0; i < 200; ++i) {
    const std::string body = std::to_string(i);
    all +=
        request_of("POST /echo", "Content-Length: " + std::to_string(body.size()) + "\r\n") + body;
  }
  assert_true(client.send(all));
  for (int i = 0; i < 200; ++i) test::assert_text(client.receive().body, std::to_string(i));
}

void head_is_answered_without_a_body(void**) {
  RunningServer server;
  Client client = server.client();
  assert_true(client.send(request_of("HEAD /hello") + request_of("GET /hello")));
  const Answer head = client.receive(true);
  assert_int_equal(head.status, 200);
  test::assert_text(head.headers.at("content-length"), "5");
  test::assert_text(client.receive().body, "hello");
}

void errors_of_the_router_keep_the_connection(void**) {
  RunningServer server;
  Client client = server.client();
  assert_true(client.send(request_of("GET /nowhere") +
                          request_of("PUT /hello", "Content-Length: 0\r\n") +
                          request_of("TRACE /hello") + request_of("GET /hello")));
  assert_int_equal(client.receive().status, 404);
  const Answer refused = client.receive();
  assert_int_equal(refused.status, 405);
  test::assert_text(refused.headers.at("allow"), "GET, HEAD");
  assert_int_equal(client.receive().status, 405);
  assert_int_equal(client.receive().status, 200);
}

void a_bad_request_is_answered_and_ends_the_connection(void**) {
  // W5
  RunningServer server;
  Client client = server.client();
  assert_true(
      client.send("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" + request_of("GET /hello")));
  const Answer refused = client.receive();
  assert_int_equal(refused.status, 400);
  test::assert_text(refused.headers.at("connection"), "close");
  test::assert_text(client.receive_all(), "");
}

void a_client_that_is_still_sending_receives_413(void**) {
  // C1
  RunningServer server;
  Client client = server.client();
  const std::string body(4U << 20U, 'x');
  assert_true(client.send(
      request_of("POST /echo", "Content-Length: " + std::to_string(body.size()) + "\r\n")));
  assert_true(client.send(body));  // only then does it look for an answer
  const Answer refused = client.receive();
  assert_int_equal(refused.status, 413);
  test::assert_text(refused.headers.at("connection"), "close");
}

void a_client_that_never_stops_sending_is_cut(void**) {
  // C1
  http::Limits limits;
  limits.drain_bytes = 1U << 20U;
  RunningServer server(limits);
  Client client = server.client();
  assert_true(client.send(request_of("POST /echo", "Content-Length: 99999999999\r\n")));
  const std::string piece(1U << 20U, 'x');
  int sent = 0;
  while (sent < 100 && client.send(piece)) ++sent;
  assert_true(sent < 100);
}

void continue_is_said_before_the_body_and_not_before_a_refusal(void**) {
  RunningServer server;
  Client client = server.client();
  assert_true(
      client.send(request_of("POST /echo", "Content-Length: 2\r\nExpect: 100-continue\r\n")));
  assert_int_equal(client.receive(true).status, 100);
  assert_true(client.send("ok"));
  test::assert_text(client.receive().body, "ok");
  assert_true(
      client.send(request_of("POST /echo", "Content-Length: 999999\r\nExpect: 100-continue\r\n")));
  assert_int_equal(client.receive().status, 413);
}

void a_large_answer_arrives_whole(void**) {
  RunningServer server;
  Client client = server.client();
  assert_true(client.send(request_of("GET /large") + request_of("GET /hello")));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));  // let the socket's buffers fill
  assert_int_equal(client.receive().body.size(), 8U << 20U);
  assert_int_equal(client.receive().status, 200);
}

void a_half_closed_client_gets_its_answer(void**) {
  RunningServer server;
  Client client = server.client();
  assert_true(client.send(request_of("GET /held")));
  ::shutdown(client.descriptor(), SHUT_WR);
  assert_int_equal(client.receive().status, 200);
}

void the_client_behind_a_listed_proxy_is_known(void**) {
  // W5
  RunningServer server;
  Client client = server.client();
  const std::string forwarded = "X-Forwarded-For: 6.6.6.6, 192.0.2.7\r\n";
  assert_true(client.send(request_of("GET /who", forwarded) + request_of("GET /who")));
  test::assert_text(client.receive().body, "address=192.0.2.7 host=portal.example");
  test::assert_text(client.receive().body, "address=127.0.0.1 host=portal.example");
  http::Listener other = test::plain_listener();
  other.proxies = {"10.0.0.1"};
  RunningServer strict({}, other);
  Client liar = strict.client();
  assert_true(liar.send(request_of("GET /who", forwarded)));
  test::assert_text(liar.receive().body, "address=127.0.0.1 host=portal.example");
}

void plain_http_stays_on_this_host(void**) {
  const http::Router router;
  http::Listener listener = test::plain_listener();
  for (const char* address : {"0.0.0.0", "::", "192.0.2.1"}) {
    listener.address = address;
    assert_error(http::Server::start(listener, {}, router), Errc::denied);
  }
  listener.address = "localhost";
  assert_error(http::Server::start(listener, {}, router), Errc::malformed);
  listener = test::plain_listener();
  listener.proxies.clear();
  assert_error(http::Server::start(listener, {}, router), Errc::malformed);
  listener.proxies = {"127.0.0.1/33"};
  assert_error(http::Server::start(listener, {}, router), Errc::malformed);
}

void a_taken_port_is_unavailable(void**) {
  RunningServer server;
  const http::Router router;
  http::Listener listener = test::plain_listener();
  listener.port = server.port();
  assert_error(http::Server::start(listener, {}, router), Errc::unavailable);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_connection_serves_many_requests),
      cmocka_unit_test(the_connection_ends_when_the_client_says_so),
      cmocka_unit_test(pipelined_requests_are_answered_in_their_order),
      cmocka_unit_test(head_is_answered_without_a_body),
      cmocka_unit_test(errors_of_the_router_keep_the_connection),
      cmocka_unit_test(a_bad_request_is_answered_and_ends_the_connection),
      cmocka_unit_test(a_client_that_is_still_sending_receives_413),
      cmocka_unit_test(a_client_that_never_stops_sending_is_cut),
      cmocka_unit_test(continue_is_said_before_the_body_and_not_before_a_refusal),
      cmocka_unit_test(a_large_answer_arrives_whole),
      cmocka_unit_test(a_half_closed_client_gets_its_answer),
      cmocka_unit_test(the_client_behind_a_listed_proxy_is_known),
      cmocka_unit_test(plain_http_stays_on_this_host),
      cmocka_unit_test(a_taken_port_is_unavailable),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
