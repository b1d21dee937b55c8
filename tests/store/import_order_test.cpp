#include "store/import_order.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "base/keyring.hpp"
#include "base/random.hpp"
#include "support/cmocka.hpp"

using namespace portal;

namespace {

constexpr UtcTime kNoon = from_millis(1'740'816'000'000);

void keys_are_in_the_order_of_the_indexes(void**) {
  // J6
  const Keyring keyring = Keyring::ephemeral();
  std::vector<std::string> indexes;
  for (int i = 0; i < 500; ++i) indexes.push_back(keyring.index("ahv", std::to_string(i)));
  std::ranges::sort(indexes);
  assert_true(std::ranges::is_sorted(indexes, {}, person_key));
  assert_true(person_key(indexes.front()) >= 0);
  assert_true(person_key(indexes.front()) < person_key(indexes.back()));
}

void identifiers_begin_with_the_time_and_then_the_key(void**) {
  // J6
  const std::int64_t low = person_key("-----------");
  const std::int64_t high = person_key("zzzzzzzzzzz");
  assert_int_equal(low, 0);
  const std::string first = placed_identifier(kNoon, low);
  const std::string other = placed_identifier(kNoon, low);
  assert_int_equal(first.size(), random_identifier().size());
  assert_true(first != other);
  assert_true(first.substr(0, 8) == other.substr(0, 8));
  assert_true(first.substr(8) != other.substr(8));
  assert_true(first.substr(0, 8) != placed_identifier(kNoon, high).substr(0, 8));
  assert_true(first.substr(0, 6) == placed_identifier(kNoon, high).substr(0, 6));
  assert_true(first.substr(0, 6) !=
              placed_identifier(kNoon + std::chrono::hours(24), low).substr(0, 6));
}

void an_identifier_tells_little_of_a_person(void**) {
  // J5
  // Eight bits of the key: whoever has the store's key cannot tell by it who was erased.
  const std::string some = placed_identifier(kNoon, person_key("aAAAAAAAAAA")).substr(0, 8);
  assert_true(some == placed_identifier(kNoon, person_key("aE_________")).substr(0, 8));
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(keys_are_in_the_order_of_the_indexes),
      cmocka_unit_test(identifiers_begin_with_the_time_and_then_the_key),
      cmocka_unit_test(an_identifier_tells_little_of_a_person),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
