#include "delivery/worker.hpp"

#include <set>

#include "delivery/retry_pause.hpp"
#include "fake_outbox.hpp"
#include "support/cmocka.hpp"

using namespace portal;
using namespace std::chrono_literals;

namespace {

struct House {
  explicit House(DeliverySettings settings)
      : worker({store, phrasebook, transport, clock}, settings) {}
  test::CapturedLog log;
  test::FakeClock clock;
  test::FakeStore store;
  test::FakePhrasebook phrasebook;
  test::FakeTransport transport;
  DeliveryWorker worker;
};

constexpr DeliverySettings kLooksSeldom{.look_every = 10min};
constexpr DeliverySettings kLooksOften{.look_every = 5ms};

/// Whether `condition` came true within ten seconds, and how long that took.
template <class Condition>
std::chrono::milliseconds assert_soon(Condition condition) {
  const auto start = std::chrono::steady_clock::now();
  while (!condition()) {
    if (std::chrono::steady_clock::now() - start > 10s) fail_msg("%s", "it did not happen");
    std::this_thread::sleep_for(1ms);
  }
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                               start);
}

void a_notice_wakes_the_worker_at_once(void**) {
  // R10: handed over within 2 s
  House house(kLooksSeldom);
  house.worker.start();
  assert_soon([&] { return house.store.writes >= 2; });
  house.store.put(test::code_mail(house.clock, "m1"));
  house.worker.notify();
  const auto took = assert_soon([&] { return house.transport.sent().size() == 1; });
  assert_true(took < 2s);
  house.worker.stop();
}

void a_notice_during_a_round_is_not_lost(void**) {
  // R10
  House house({.threads = 1, .look_every = 10min});
  house.transport.during = [&] {
    if (house.transport.sent().empty()) {
      house.store.put(test::code_sms(house.clock, "s2", "bert"));
      house.worker.notify();
    }
  };
  house.store.put(test::code_sms(house.clock, "s1", "anna"));
  house.worker.start();
  assert_soon([&] { return house.transport.sent().size() == 2; });
  house.worker.stop();
}

void what_another_process_queued_is_found_without_a_notice(void**) {
  // DESIGN 2, outbox
  House house(kLooksOften);
  house.worker.start();
  assert_soon([&] { return house.store.writes >= 4; });
  house.store.put(test::code_mail(house.clock, "m1"));
  assert_soon([&] { return house.transport.sent().size() == 1; });
  house.worker.stop();
}

void stopping_lets_what_is_in_flight_end(void**) {
  // DESIGN 2, outbox
  House house({.threads = 1, .look_every = 10min});
  std::atomic<bool> begun = false;
  house.transport.during = [&] {
    begun = true;
    std::this_thread::sleep_for(100ms);
  };
  for (const char* id : {"a", "b", "c"}) house.store.put(test::code_sms(house.clock, id, id));
  house.worker.start();
  assert_soon([&] { return begun.load(); });
  house.worker.stop();
  assert_int_equal(house.transport.sent().size(), 1);
  assert_true(house.store.look_at(MessageId("a")).state == MessageState::sent);
  // The others wait for the next worker, without a lease.
  for (const char* id : {"b", "c"}) {
    assert_true(house.store.look_at(MessageId(id)).state == MessageState::waiting);
    assert_true(house.store.look_at(MessageId(id)).leased_until <= house.clock.now());
  }
}

void stopping_an_idle_worker_is_quick_and_may_be_repeated(void**) {
  // DESIGN 2, outbox
  House house(kLooksSeldom);
  house.worker.start();
  const auto start = std::chrono::steady_clock::now();
  house.worker.stop();
  house.worker.stop();
  assert_true(std::chrono::steady_clock::now() - start < 5s);
}

void two_workers_on_one_store_send_each_message_once(void**) {
  // DESIGN 6: several nodes share one store
  House house(kLooksOften);
  DeliveryWorker other({house.store, house.phrasebook, house.transport, house.clock}, kLooksOften);
  for (int i = 0; i < 200; ++i) {
    const std::string id = "m" + std::to_string(i);
    Message message = test::code_sms(house.clock, id, id);
    message.values["code"] = id;
    house.store.put(message);
  }
  house.worker.start();
  other.start();
  assert_soon([&] { return house.transport.sent().size() >= 200; });
  house.worker.stop();
  other.stop();
  const std::vector<std::string> sent = house.transport.sent();
  assert_int_equal(sent.size(), 200);
  assert_int_equal(std::set<std::string>(sent.begin(), sent.end()).size(), 200);
}

void an_outage_of_the_store_is_told_once_and_survived(void**) {
  // DESIGN 2, outbox
  House house({.threads = 1, .look_every = 5ms});
  house.store.broken = {"delivery.lease"};
  house.worker.start();
  assert_soon([&] { return house.log.has("the outbox cannot be read"); });
  std::this_thread::sleep_for(50ms);
  house.worker.stop();
  const std::string told = house.log.text();
  assert_true(told.find("cannot be read") == told.rfind("cannot be read"));
}

void the_pause_grows_to_five_minutes_by_chance_a_little_less(void**) {
  // DESIGN 2, outbox
  std::chrono::milliseconds expected = 1s;
  for (int attempt = 1; attempt < 100; ++attempt) {
    std::set<std::int64_t> seen;
    for (int i = 0; i < 50; ++i) {
      const std::chrono::milliseconds pause = retry_pause(attempt);
      assert_true(pause <= expected && pause >= expected * 4 / 5);
      seen.insert(pause.count());
    }
    assert_true(seen.size() > 5);
    expected = std::min<std::chrono::milliseconds>(expected * 2, 5min);
  }
  assert_true(retry_pause(0) <= 1s);
  assert_true(retry_pause(-7) <= 1s);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_notice_wakes_the_worker_at_once),
      cmocka_unit_test(a_notice_during_a_round_is_not_lost),
      cmocka_unit_test(what_another_process_queued_is_found_without_a_notice),
      cmocka_unit_test(stopping_lets_what_is_in_flight_end),
      cmocka_unit_test(stopping_an_idle_worker_is_quick_and_may_be_repeated),
      cmocka_unit_test(two_workers_on_one_store_send_each_message_once),
      cmocka_unit_test(an_outage_of_the_store_is_told_once_and_survived),
      cmocka_unit_test(the_pause_grows_to_five_minutes_by_chance_a_little_less),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
