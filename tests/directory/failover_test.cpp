#include "directory/failover.hpp"

#include <thread>
#include <vector>

#include "directory/recent_writes.hpp"
#include "support/cmocka.hpp"

using namespace portal;
using namespace std::chrono_literals;
using directory::Failover;
using directory::RecentWrites;
using Order = std::vector<std::size_t>;

namespace {

const Failover::Time kStart = Failover::Time{} + 1h;

void servers_are_tried_in_the_order_of_preference(void**) {
  // L3
  const Failover failover(3, 30s);
  assert_true((failover.order(kStart) == Order{0, 1, 2}));
}

void a_server_that_failed_comes_last_until_its_pause_is_over(void**) {
  // L3
  Failover failover(3, 30s);
  failover.failed(0, kStart);
  assert_true((failover.order(kStart) == Order{1, 2, 0}));
  assert_true((failover.order(kStart + 29s) == Order{1, 2, 0}));
  assert_true((failover.order(kStart + 30s) == Order{0, 1, 2}));
  failover.failed(0, kStart);
  failover.worked(0);
  assert_true((failover.order(kStart) == Order{0, 1, 2}));
}

void when_all_have_failed_all_are_tried(void**) {
  // L3
  Failover failover(2, 30s);
  failover.failed(0, kStart);
  failover.failed(1, kStart);
  assert_true((failover.order(kStart) == Order{0, 1}));
}

void one_caller_tries_the_better_server_again(void**) {
  // L3
  Failover failover(3, 30s);
  failover.failed(0, kStart);
  failover.failed(1, kStart + 10s);
  assert_false(failover.take_better(2, kStart + 29s).has_value());
  assert_true(failover.take_better(2, kStart + 30s) == std::size_t{0});
  assert_false(failover.take_better(2, kStart + 30s).has_value());
  assert_true(failover.take_better(2, kStart + 40s) == std::size_t{1});
  assert_false(failover.take_better(0, kStart + 1h).has_value());
}

void a_written_entry_is_remembered_for_a_while(void**) {
  // R13
  RecentWrites writes(30ms);
  assert_false(writes.has("uid=a,dc=example"));
  writes.note("uid=a,dc=example");
  assert_true(writes.has("UID=a,dc=Example"));
  assert_false(writes.has("uid=b,dc=example"));
  std::this_thread::sleep_for(40ms);
  assert_false(writes.has("uid=a,dc=example"));
}

void what_is_remembered_is_bounded_and_the_newest_stays(void**) {
  // R13
  RecentWrites writes(1h, 10);
  for (int i = 0; i < 100; ++i) writes.note("uid=" + std::to_string(i));
  int remembered = 0;
  for (int i = 0; i < 100; ++i) remembered += writes.has("uid=" + std::to_string(i)) ? 1 : 0;
  assert_int_equal(remembered, 10);
  assert_true(writes.has("uid=99"));
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(servers_are_tried_in_the_order_of_preference),
      cmocka_unit_test(a_server_that_failed_comes_last_until_its_pause_is_over),
      cmocka_unit_test(when_all_have_failed_all_are_tried),
      cmocka_unit_test(one_caller_tries_the_better_server_again),
      cmocka_unit_test(a_written_entry_is_remembered_for_a_while),
      cmocka_unit_test(what_is_remembered_is_bounded_and_the_newest_stays),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
