// Writes that wait for each other are committed together; each succeeds or fails by itself.

#include <array>
#include <functional>
#include <latch>
#include <stdexcept>
#include <thread>
#include <vector>

#include "fixture.hpp"

using namespace portal;
using namespace portal::test;

namespace {

Result<void> note(Transaction& transaction, std::string_view key) {
  return transaction.attempts().record(AttemptKind::wrong_code, key, kNoon);
}

int noted(StoreFixture& f, std::string_view key) {
  int count = 0;
  f.read([&](Transaction& t) {
    count = got(t.attempts().count(AttemptKind::wrong_code, key, UtcTime()));
  });
  return count;
}

/// Runs all of these while another write holds the store, so that they are one group.
void as_a_group(StoreFixture& f, const std::vector<std::function<void()>>& writes) {
  std::latch held(1);
  std::latch go(1);
  std::thread holder([&] {
    f.write([&](Transaction&) {
      held.count_down();
      go.wait();
    });
  });
  held.wait();
  std::vector<std::thread> threads;
  for (const auto& write : writes) {
    threads.emplace_back(write);
    std::this_thread::sleep_for(20ms);  // the order of asking
  }
  go.count_down();
  holder.join();
  for (std::thread& thread : threads) thread.join();
}

void one_that_fails_takes_nothing_from_the_others(void**) {
  // R13
  StoreFixture f;
  std::array<Result<void>, 3> outcomes;
  const auto writes = [&](std::size_t index, std::string key, bool fails) {
    return [&, index, key, fails] {
      outcomes.at(index) = f.store->write("test", [&](Transaction& t) -> Result<void> {
        got(note(t, key));
        if (fails) return fail(Errc::denied, "on purpose");
        return {};
      });
    };
  };
  as_a_group(f, {writes(0, "first", false), writes(1, "second", true), writes(2, "third", false)});
  assert_ok(outcomes[0]);
  assert_error(outcomes[1], Errc::denied);
  assert_ok(outcomes[2]);
  assert_int_equal(noted(f, "first"), 1);
  assert_int_equal(noted(f, "second"), 0);
  assert_int_equal(noted(f, "third"), 1);
}

void a_failure_that_was_passed_over_is_not_committed(void**) {
  // R13
  StoreFixture f;
  std::array<Result<void>, 2> outcomes;
  as_a_group(f, {[&] {
                   outcomes[0] = f.store->write("test", [&](Transaction& t) -> Result<void> {
                     got(note(t, "first"));
                     Session nobodys;  // of no account: the foreign key is violated
                     nobodys.id = SessionId("s1");
                     nobodys.account = AccountId("nobody");
                     (void)t.sessions().add(nobodys);
                     return {};
                   });
                 },
                 [&] {
                   outcomes[1] =
                       f.store->write("test", [&](Transaction& t) { return note(t, "second"); });
                 }});
  assert_false(outcomes[0].has_value());
  assert_ok(outcomes[1]);
  assert_int_equal(noted(f, "first"), 0);
  assert_int_equal(noted(f, "second"), 1);
}

void an_exception_goes_to_whom_it_belongs(void**) {
  // M2
  StoreFixture f;
  Result<void> other = fail(Errc::internal, "not yet");
  bool thrown = false;
  as_a_group(
      f,
      {[&] {
         try {
           (void)f.store->write("test", [&](Transaction& t) -> Result<void> {
             got(note(t, "first"));
             throw std::runtime_error("on purpose");
           });
         } catch (const std::runtime_error&) {
           thrown = true;
         }
       },
       [&] { other = f.store->write("test", [&](Transaction& t) { return note(t, "second"); }); }});
  assert_true(thrown);
  assert_ok(other);
  assert_int_equal(noted(f, "first"), 0);
  assert_int_equal(noted(f, "second"), 1);
}

void each_sees_what_those_before_it_did(void**) {
  // T4
  StoreFixture f;
  std::array<int, 3> seen{};
  std::vector<std::function<void()>> writes;
  for (int& mine : seen) {
    writes.emplace_back([&] {
      f.write([&](Transaction& t) {
        mine = got(t.attempts().count(AttemptKind::wrong_code, "key", UtcTime()));
        got(note(t, "key"));
      });
    });
  }
  as_a_group(f, writes);
  assert_int_equal(seen[0] + seen[1] + seen[2], 0 + 1 + 2);
  assert_int_equal(noted(f, "key"), 3);
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(one_that_fails_takes_nothing_from_the_others),
      cmocka_unit_test(a_failure_that_was_passed_over_is_not_committed),
      cmocka_unit_test(an_exception_goes_to_whom_it_belongs),
      cmocka_unit_test(each_sees_what_those_before_it_did),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
