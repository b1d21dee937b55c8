#include "ipc/crowd.hpp"

#include <array>

#include "support/cmocka.hpp"

using namespace portal;
using namespace std::chrono_literals;
using ipc::Crowd;

namespace {

const auto kNow = Crowd::Clock::time_point(1h);

void one_alone_is_no_crowd_however_much_they_say(void**) {
  // C1
  Crowd crowd;
  const int anna = 0;
  for (int i = 0; i < 100; ++i) crowd.spoke(&anna, kNow);
  assert_false(crowd.has_others(&anna, kNow));
}

void others_count_for_a_moment_and_until_they_leave(void**) {
  // C1
  Crowd crowd;
  const int anna = 0;
  const int beat = 0;
  crowd.spoke(&anna, kNow);
  assert_true(crowd.has_others(&beat, kNow));
  assert_true(crowd.has_others(&beat, kNow + 4ms));
  assert_false(crowd.has_others(&beat, kNow + 5ms));
  crowd.spoke(&anna, kNow + 1min);
  crowd.left(&anna);
  assert_false(crowd.has_others(&beat, kNow + 1min));
}

void the_latest_are_known_of_many(void**) {
  // C1
  Crowd crowd;
  const std::array<int, 1000> many{};
  for (const int& one : many) crowd.spoke(&one, kNow + std::chrono::seconds(&one - many.data()));
  const auto end = kNow + 999s;
  assert_true(crowd.has_others(&many[0], end));
  assert_false(crowd.has_others(&many[999], end));
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(one_alone_is_no_crowd_however_much_they_say),
      cmocka_unit_test(others_count_for_a_moment_and_until_they_leave),
      cmocka_unit_test(the_latest_are_known_of_many),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
