// What may follow its answer within a second: written together, kept until it could be.

#include <atomic>
#include <thread>

#include "fixture.hpp"
#include "store/deferring_store.hpp"

using namespace portal;
using namespace portal::test;

namespace {

/// Counts the transactions, and refuses them on demand.
class Gate final : public Store {
 public:
  explicit Gate(Store& behind) : behind_(behind) {}
  Result<void> write(std::string_view label, Work work) override {
    ++writes;
    if (closed) return fail(Errc::unavailable, "closed");
    return behind_.write(label, work);
  }
  Result<void> read(Work work) override { return behind_.read(work); }

  std::atomic<int> writes = 0;
  std::atomic<bool> closed = false;

 private:
  Store& behind_;
};

Store::OwnedWork an_event(std::string what) {
  return [what](Transaction& transaction) {
    AuditEvent event;
    event.when = kNoon;
    event.decision = DecisionId::random();
    event.what = what;
    event.outcome = "success";
    return transaction.audit().append(event);
  };
}

std::size_t events_in(StoreFixture& fixture) {
  std::size_t count = 0;
  fixture.read([&](Transaction& transaction) {
    count = got(transaction.audit().read(0, 1'000)).size();
    assert_int_equal(got(transaction.audit().verify()), 0);
  });
  return count;
}

/// Waits until so many events are there, at most a second.
bool has_within_a_second(StoreFixture& fixture, std::size_t count) {
  for (int i = 0; i < 100 && events_in(fixture) != count; ++i) std::this_thread::sleep_for(10ms);
  return events_in(fixture) == count;
}

void what_is_written_soon_follows_within_a_second_in_one_transaction(void**) {
  // J3
  StoreFixture fixture;
  Gate gate(*fixture.store);
  DeferringStore store(gate);
  for (int i = 0; i < 50; ++i) got(store.write_soon("test.soon", an_event("login.granted")));
  assert_true(has_within_a_second(fixture, 50));
  assert_true(gate.writes < 10);
}

void what_is_left_is_written_at_the_end(void**) {
  // J3
  StoreFixture fixture;
  {
    DeferringStore store(*fixture.store, 1h);
    got(store.write_soon("test.soon", an_event("login.granted")));
    assert_int_equal(events_in(fixture), 0);
  }
  assert_int_equal(events_in(fixture), 1);
}

void one_that_fails_keeps_none_of_the_others_back(void**) {
  // J3
  StoreFixture fixture;
  std::atomic<int> tries = 0;
  DeferringStore store(*fixture.store);
  got(store.write_soon("test.soon", an_event("first")));
  got(store.write_soon("test.soon", [&](Transaction&) -> Result<void> {
    ++tries;
    return fail(Errc::internal, "never");
  }));
  got(store.write_soon("test.soon", an_event("second")));
  assert_true(has_within_a_second(fixture, 2));
  assert_true(tries > 1);
}

void nobody_is_let_in_unseen_while_nothing_can_be_written(void**) {
  // J3, M2
  StoreFixture fixture;
  Gate gate(*fixture.store);
  DeferringStore store(gate);
  gate.closed = true;
  got(store.write_soon("test.soon", an_event("login.granted")));
  std::this_thread::sleep_for(900ms);
  assert_error(store.write_soon("test.soon", an_event("login.granted")), Errc::unavailable);
  gate.closed = false;
  assert_true(has_within_a_second(fixture, 1));
  got(store.write_soon("test.soon", an_event("login.granted")));
  assert_true(has_within_a_second(fixture, 2));
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(what_is_written_soon_follows_within_a_second_in_one_transaction),
      cmocka_unit_test(what_is_left_is_written_at_the_end),
      cmocka_unit_test(one_that_fails_keeps_none_of_the_others_back),
      cmocka_unit_test(nobody_is_let_in_unseen_while_nothing_can_be_written),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
