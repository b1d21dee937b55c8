// Slow, silent and numerous clients: they cost a timer, never a thread, and keep nobody out.

#include <sys/resource.h>

#include <string>
#include <vector>

#include "http/running_server.hpp"
#include "support/cmocka.hpp"

using namespace portal;
using namespace std::chrono_literals;
using std::chrono::steady_clock;
using test::Answer;
using test::Client;
using test::request_of;
using test::RunningServer;

namespace {

http::Limits quick() {
  http::Limits limits;
  limits.header_timeout = 400ms;
  limits.body_timeout = 400ms;
  limits.keep_alive = 400ms;
  limits.write_timeout = 400ms;
  limits.drain_timeout = 300ms;
  return limits;
}

/// Sends `text` one byte each 20 ms until the server ends the connection; how long that took.
std::chrono::milliseconds drip(Client& client, std::string_view text) {
  const auto start = steady_clock::now();
  for (const char c : text) {
    if (!client.send(std::string_view(&c, 1)) || client.is_ended_within(20ms)) break;
  }
  return std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - start);
}

void a_slow_head_is_cut_with_408(void**) {
  // C1
  RunningServer server(quick());
  Client client = server.client();
  const auto start = steady_clock::now();
  assert_true(client.send("GET /hello HTTP/1.1\r\nHost: a\r\n"));
  const Answer cut = client.receive();
  assert_int_equal(cut.status, 408);
  const auto took = steady_clock::now() - start;
  assert_true(took > 300ms && took < 2s);
  assert_true(client.is_ended_within(1s));
}

void one_byte_at_a_time_gains_no_time(void**) {
  // C1
  RunningServer server(quick());
  Client client = server.client();
  const std::string head = "GET /hello HTTP/1.1\r\nX: " + std::string(500, 'x');
  const auto took = drip(client, head);  // ten seconds, if nobody cut it
  assert_true(took > 300ms && took < 3s);
}

void a_second_head_has_its_own_time(void**) {
  RunningServer server(quick());
  Client client = server.client();
  assert_true(client.send(request_of("GET /hello")));
  assert_int_equal(client.receive().status, 200);
  std::this_thread::sleep_for(300ms);
  assert_true(client.send("GET /hello HTTP/1.1\r\n"));
  std::this_thread::sleep_for(300ms);
  assert_true(client.send("Host: a\r\n\r\n"));
  assert_int_equal(client.receive().status, 200);
}

void a_silent_client_is_closed_without_a_word(void**) {
  // C1
  RunningServer server(quick());
  Client fresh = server.client();
  Client used = server.client();
  assert_true(used.send(request_of("GET /hello")));
  assert_int_equal(used.receive().status, 200);
  test::assert_text(fresh.receive_all(), "");
  test::assert_text(used.receive_all(), "");
}

void a_slow_body_is_cut_with_408(void**) {
  // C1
  RunningServer server(quick());
  Client client = server.client();
  assert_true(client.send(request_of("POST /echo", "Content-Length: 10\r\n") + "abc"));
  assert_int_equal(client.receive().status, 408);
}

void a_client_that_does_not_read_is_cut(void**) {
  // C1
  RunningServer server(quick());
  Client client = Client::tcp(server.port(), 4'096);
  assert_true(client.send(request_of("GET /large")));
  std::this_thread::sleep_for(1'500ms);
  assert_true(client.receive_all().size() < (8U << 20U));
}

void four_thousand_half_open_clients_leave_it_answering(void**) {
  // C1
  rlimit descriptors{};
  getrlimit(RLIMIT_NOFILE, &descriptors);
  descriptors.rlim_cur = descriptors.rlim_max;
  setrlimit(RLIMIT_NOFILE, &descriptors);
  if (descriptors.rlim_max < 9'000) skip();
  http::Limits limits;
  limits.connections_per_address = 8'192;
  RunningServer server(limits);
  std::vector<Client> half_open;
  for (int i = 0; i < 4'000; ++i) {
    half_open.push_back(server.client());
    assert_true(half_open.back().connected());
    if (i % 2 == 0) assert_true(half_open.back().send("GET /hello HTTP/1.1\r\nHost: a\r\n"));
  }
  const auto start = steady_clock::now();
  for (int i = 0; i < 20; ++i) {
    Client client = server.client();
    assert_true(client.send(request_of("GET /hello")));
    assert_int_equal(client.receive().status, 200);
  }
  assert_true(steady_clock::now() - start < 2s);
  assert_true(half_open[0].send("\r\n"));  // and none of them was dropped
  assert_int_equal(half_open[0].receive().status, 200);
}

void one_address_cannot_take_every_place(void**) {
  // C1
  http::Limits limits;
  limits.connections_per_address = 3;
  http::Listener listener = test::plain_listener();
  listener.proxies = {"10.0.0.1"};
  RunningServer server(limits, listener);
  std::vector<Client> clients;
  for (int i = 0; i < 3; ++i) clients.push_back(server.client());
  Client fourth = server.client();
  assert_true(fourth.is_ended_within(1s));
  clients.pop_back();
  std::this_thread::sleep_for(100ms);
  Client next = server.client();
  assert_true(next.send(request_of("GET /hello")));
  assert_int_equal(next.receive().status, 200);
}

void people_behind_a_listed_proxy_do_not_share_a_limit(void**) {
  http::Limits limits;
  limits.connections_per_address = 1;
  RunningServer server(limits);
  Client first = server.client();
  Client second = server.client();
  for (Client* client : {&first, &second}) {
    assert_true(client->send(request_of("GET /hello")));
    assert_int_equal(client->receive().status, 200);
  }
}

void a_full_server_drops_who_waits_longest(void**) {
  // C1
  http::Limits limits;
  limits.connections = 3;
  RunningServer server(limits);
  Client busy = server.client();
  assert_true(busy.send(request_of("GET /gated")));
  server.gate().wait_for_arrivals(1);
  Client oldest = server.client();
  Client newer = server.client();
  Client next = server.client();
  assert_true(oldest.is_ended_within(1s));
  for (Client* client : {&newer, &next}) {
    assert_true(client->send(request_of("GET /hello")));
    assert_int_equal(client->receive().status, 200);
  }
  server.gate().open();
  assert_int_equal(busy.receive().status, 200);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_slow_head_is_cut_with_408),
      cmocka_unit_test(one_byte_at_a_time_gains_no_time),
      cmocka_unit_test(a_second_head_has_its_own_time),
      cmocka_unit_test(a_silent_client_is_closed_without_a_word),
      cmocka_unit_test(a_slow_body_is_cut_with_408),
      cmocka_unit_test(a_client_that_does_not_read_is_cut),
      cmocka_unit_test(four_thousand_half_open_clients_leave_it_answering),
      cmocka_unit_test(one_address_cannot_take_every_place),
      cmocka_unit_test(people_behind_a_listed_proxy_do_not_share_a_limit),
      cmocka_unit_test(a_full_server_drops_who_waits_longest),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
