#include "ipc/admission.hpp"

#include "support/cmocka.hpp"

using portal::ipc::Admission;

namespace {

int admitted(Admission& admission, uid_t uid, int tries) {
  int count = 0;
  for (int i = 0; i < tries; ++i) count += admission.admit(uid) ? 1 : 0;
  return count;
}

void one_uid_has_its_limit_and_root_has_none(void**) {
  // C1, C2
  Admission admission(100, 10);
  assert_int_equal(admitted(admission, 1000, 50), 10);
  assert_int_equal(admitted(admission, 1001, 50), 10);
  assert_int_equal(admitted(admission, 0, 200), 80);
  assert_int_equal(admission.present(), 100);
}

void last_quarter_is_for_root(void**) {
  // C1, C2
  Admission admission(100, 10);
  int others = 0;
  for (uid_t uid = 1000; uid < 1100; ++uid) others += admitted(admission, uid, 50);
  assert_int_equal(others, 75);
  assert_int_equal(admitted(admission, 0, 200), 25);
}

void who_leaves_makes_room(void**) {
  // C1
  Admission admission(4, 2);
  assert_int_equal(admitted(admission, 1000, 5), 2);
  admission.leave(1000);
  assert_int_equal(admitted(admission, 1000, 5), 1);
  assert_int_equal(admitted(admission, 0, 5), 2);
  admission.leave(0);
  assert_int_equal(admission.present(), 3);
  assert_int_equal(admitted(admission, 1001, 5), 1);
  assert_int_equal(admission.present(), 4);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(one_uid_has_its_limit_and_root_has_none),
      cmocka_unit_test(last_quarter_is_for_root),
      cmocka_unit_test(who_leaves_makes_room),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
