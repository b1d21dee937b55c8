// Threads that run handlers: bounded, not held by waiting answers, finished in good order.

#include <future>
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

http::Limits one_worker(std::size_t waiting = 256) {
  http::Limits limits;
  limits.workers = 1;
  limits.waiting_requests = waiting;
  return limits;
}

void a_held_answer_leaves_on_its_schedule_and_holds_no_thread(void**) {
  // R7, L5
  RunningServer server(one_worker());
  Client first = server.client();
  Client second = server.client();
  const auto start = steady_clock::now();
  assert_true(first.send(request_of("GET /held")));
  assert_true(second.send(request_of("GET /held")));
  Client third = server.client();
  assert_true(third.send(request_of("GET /hello")));
  assert_int_equal(third.receive().status, 200);
  assert_true(steady_clock::now() - start < 500ms);
  test::assert_text(first.receive().body, "held");
  test::assert_text(second.receive().body, "held");
  const auto took = steady_clock::now() - start;
  assert_true(took >= 600ms && took < 1'150ms);  // one after the other would take 1,200 ms
}

void requests_beyond_the_queue_are_503(void**) {
  // C1
  RunningServer server(one_worker(1));
  std::vector<Client> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(server.client());
    assert_true(clients.back().send(request_of("GET /gated")));
    if (i == 0) server.gate().wait_for_arrivals(1);
    std::this_thread::sleep_for(50ms);  // they come in this order
  }
  for (std::size_t i = 2; i < 4; ++i) {
    const Answer refused = clients[i].receive();
    assert_int_equal(refused.status, 503);
    test::assert_text(refused.headers.at("retry-after"), "1");
  }
  server.gate().open();
  assert_int_equal(clients[0].receive().status, 200);
  assert_int_equal(clients[1].receive().status, 200);
}

void stop_finishes_what_is_in_flight(void**) {
  RunningServer server;
  Client running = server.client();
  Client held = server.client();
  Client arriving = server.client();
  Client idle = server.client();
  assert_true(running.send(request_of("GET /gated")));
  assert_true(held.send(request_of("GET /held")));
  assert_true(arriving.send(request_of("POST /echo", "Content-Length: 4\r\n") + "ab"));
  server.gate().wait_for_arrivals(1);
  std::this_thread::sleep_for(100ms);
  auto stopped = std::async(std::launch::async, [&] { server->stop(5s); });
  std::this_thread::sleep_for(50ms);
  assert_true(idle.is_ended_within(1s));
  assert_false(server.client().connected());
  server.gate().open();
  assert_true(arriving.send("cd"));
  for (Client* client : {&running, &held, &arriving}) {
    const Answer last = client->receive();
    assert_int_equal(last.status, 200);
    test::assert_text(last.headers.at("connection"), "close");
    client->close();
  }
  assert_true(stopped.wait_for(1s) == std::future_status::ready);
}

void stop_waits_no_longer_than_its_patience(void**) {
  RunningServer server;
  Client arriving = server.client();
  assert_true(arriving.send("GET /hello HTTP/1.1\r\n"));
  std::this_thread::sleep_for(50ms);
  const auto start = steady_clock::now();
  server->stop(200ms);
  const auto took = steady_clock::now() - start;
  assert_true(took >= 150ms && took < 1s);
  assert_true(arriving.is_ended_within(1s));
  server->stop(200ms);  // once is enough, twice does no harm
}

void a_server_ends_while_handlers_run(void**) {
  std::vector<Client> clients;
  std::thread opener;
  {
    RunningServer server(one_worker());
    for (int i = 0; i < 5; ++i) {
      clients.push_back(server.client());
      assert_true(clients.back().send(request_of("GET /gated")));
    }
    server.gate().wait_for_arrivals(1);
    server->stop(0ms);
    for (Client& client : clients) assert_true(client.is_ended_within(1s));
    opener = std::thread([&] {
      std::this_thread::sleep_for(100ms);
      server.gate().open();
    });
  }  // waits for the handler that runs, drops those that wait
  opener.join();
}

void the_schedule_begins_with_the_work_and_not_with_the_waiting(void**) {
  // L5: else what waited longer than the schedule would leave when it is judged
  RunningServer server(one_worker());
  Client busy = server.client();
  assert_true(busy.send(request_of("GET /gated")));
  server.gate().wait_for_arrivals(1);
  Client refused = server.client();
  assert_true(refused.send(request_of("GET /held")));
  std::this_thread::sleep_for(700ms);
  const auto begun = steady_clock::now();
  server.gate().open();
  test::assert_text(refused.receive().body, "held");
  assert_true(steady_clock::now() - begun >= 595ms);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_held_answer_leaves_on_its_schedule_and_holds_no_thread),
      cmocka_unit_test(requests_beyond_the_queue_are_503),
      cmocka_unit_test(stop_finishes_what_is_in_flight),
      cmocka_unit_test(stop_waits_no_longer_than_its_patience),
      cmocka_unit_test(a_server_ends_while_handlers_run),
      cmocka_unit_test(the_schedule_begins_with_the_work_and_not_with_the_waiting),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
