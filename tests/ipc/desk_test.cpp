#include "ipc/desk.hpp"

#include <memory>
#include <string>

#include "support/cmocka.hpp"

using namespace portal;
using ipc::Desk;

namespace {

void places_are_given_in_the_order_of_asking(void**) {
  // C1
  Desk desk(1);
  std::string came;
  assert_false(desk.enter([&] { came += "never"; }).has_value());
  assert_true(desk.enter([&] { came += "a"; }).has_value());
  assert_true(desk.enter([&] { came += "b"; }).has_value());
  desk.leave();
  desk.leave();
  test::assert_text(came, "ab");
  desk.leave();
  assert_false(desk.enter([&] { came += "never"; }).has_value());
}

void who_gives_up_is_not_called_and_not_kept(void**) {
  // C1: a client that connects and leaves again and again takes no memory
  Desk desk(1);
  (void)desk.enter([] {});
  std::string came;
  const auto kept = std::make_shared<int>(0);
  const auto ticket = desk.enter([&came, kept] { came += "a"; });
  (void)desk.enter([&] { came += "b"; });
  desk.give_up(*ticket);
  desk.give_up(*ticket);
  assert_int_equal(kept.use_count(), 1);
  desk.leave();
  test::assert_text(came, "b");
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(places_are_given_in_the_order_of_asking),
      cmocka_unit_test(who_gives_up_is_not_called_and_not_kept),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
