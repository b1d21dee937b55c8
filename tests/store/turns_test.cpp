#include <unistd.h>

#include <atomic>
#include <fstream>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "fixture.hpp"
#include "store/sql/connection.hpp"

using namespace portal;
using namespace portal::test;

namespace {

void readers_see_the_last_committed_state_while_somebody_writes(void**) {
  // R13
  StoreFixture f;
  const Account vera = stored_account(f);
  std::latch changed(1);
  std::latch seen(1);
  std::thread writer([&] {
    f.write([&](Transaction& t) {
      got(t.accounts().set_language(vera.id, Language::en));
      changed.count_down();
      seen.wait();
    });
  });
  changed.wait();
  f.read([&](Transaction& t) {
    assert_true(got(t.accounts().get(vera.id)).language == Language::it);
  });
  seen.count_down();
  writer.join();
  f.read([&](Transaction& t) {
    assert_true(got(t.accounts().get(vera.id)).language == Language::en);
  });
}

void a_read_is_one_view_though_others_write(void**) {
  // R13
  StoreFixture f;
  const Account vera = stored_account(f);
  f.read([&](Transaction& t) {
    assert_true(got(t.accounts().get(vera.id)).language == Language::it);
    f.write([&](Transaction& other) { got(other.accounts().set_language(vera.id, Language::en)); });
    assert_true(got(t.accounts().get(vera.id)).language == Language::it);
  });
}

void nobody_holds_the_store_after_a_call(void**) {
  // R13
  StoreFixture f;
  const Account vera = stored_account(f);
  f.read([&](Transaction& t) { got(t.accounts().get(vera.id)); });
  const Result<void> stopped = f.store->read([&](Transaction& t) -> Result<void> {
    got(t.accounts().list(AccountId(), 10));
    return fail(Errc::denied, "on purpose");
  });
  assert_error(stopped, Errc::denied);
  const auto direct = f.direct();
  constexpr std::string_view postgresql =
      "select count(*) from pg_stat_activity where datname = current_database()"
      " and xact_start is not null and pid <> pg_backend_pid() and backend_type = 'client backend'";
  constexpr std::string_view sqlite = "pragma wal_checkpoint(truncate)";  // 1: somebody reads
  got(direct->query(on_postgresql() ? postgresql : sqlite, {}, [](sql::Row& row) -> Result<void> {
    assert_int_equal(row.integer(), 0);
    return {};
  }));
}

/// Waits until the thread sleeps: it has asked, and stands in the queue.
void wait_until_asleep(const std::atomic<pid_t>& thread) {
  while (thread == 0) std::this_thread::yield();
  const std::string file = "/proc/self/task/" + std::to_string(thread) + "/stat";
  for (std::string stat; stat.find(") S ") == stat.npos;) {
    std::this_thread::sleep_for(10ms);
    std::getline(std::ifstream(file), stat);
  }
}

void writers_take_their_turn_in_the_order_of_asking(void**) {
  // T5
  StoreFixture f;
  std::vector<int> order;
  std::vector<std::thread> threads;
  f.write([&](Transaction&) {
    for (int i = 0; i < 8; ++i) {
      std::atomic<pid_t> started = 0;
      threads.emplace_back([&f, &order, &started, i] {
        started = ::gettid();
        f.write([&](Transaction&) { order.push_back(i); });
      });
      wait_until_asleep(started);
    }
  });
  for (std::thread& thread : threads) thread.join();
  assert_true(order == (std::vector{0, 1, 2, 3, 4, 5, 6, 7}));
}

void who_waits_too_long_for_a_turn_is_refused(void**) {
  // R13
  StoreFixture f;
  f.patience = 100ms;
  f.close();
  f.open();
  f.write([&](Transaction&) {
    std::thread([&] {
      const Result<void> refused =
          f.store->write("test.write", [](Transaction&) -> Result<void> { return {}; });
      assert_error(refused, Errc::unavailable);
    }).join();
  });
  f.write([](Transaction&) {});
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(readers_see_the_last_committed_state_while_somebody_writes),
      cmocka_unit_test(a_read_is_one_view_though_others_write),
      cmocka_unit_test(nobody_holds_the_store_after_a_call),
      cmocka_unit_test(writers_take_their_turn_in_the_order_of_asking),
      cmocka_unit_test(who_waits_too_long_for_a_turn_is_refused),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
