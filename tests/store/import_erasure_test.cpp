// Whoever is erased does not come back with what was imported before.

#include "import_rows.hpp"

using namespace portal;
using namespace portal::test;

namespace {

void who_is_erased_does_not_come_back_with_rows_that_wait(void**) {
  // J5
  StoreFixture f;
  const Account vera = stored_account(f, numbered_ahv(1));
  imported(f, import_rows(1, 3));
  f.write([&](Transaction& t) { got(t.people().erase(vera.person)); });
  settle_all(f);
  assert_false(reads_as_open(f, numbered_ahv(1), "K7QF-9XTM-2PWR"));
  assert_int_equal(rows_in(f, "people"), 2);
  assert_int_equal(rows_in(f, "import_rows"), 0);
}

void who_is_erased_does_not_come_back_with_rows_that_were_sent_before(void**) {
  // J5
  StoreFixture f;
  const Account vera = stored_account(f, numbered_ahv(1));
  const ImportId id = opened(f);
  added(f, id, import_rows(1, 3));
  const ImportId other = opened(f);
  added(f, other, import_rows(2, 3));
  f.write([&](Transaction& t) { got(t.people().erase(vera.person)); });
  assert_int_equal(rows_in(f, "import_rows"), 4);
  f.write([&](Transaction& t) {
    assert_error(t.imports().commit(id, kNoon, kNoon + std::chrono::days(400)), Errc::conflict);
    got(t.imports().commit(other, kNoon, kNoon + std::chrono::days(400)));
  });
}

void nothing_sealed_is_left_of_who_is_erased_before_the_rows_are_deleted(void**) {
  // J5
  for (const int settled : {1, 3}) {
    StoreFixture f;
    imported(f, import_rows(1, 3));
    f.write([&](Transaction& t) {
      assert_true(got(t.imports().settle(settled)) >= settled);
      for (int line = 1; line <= 2; ++line) {
        const Person person = got(t.people().find_by_ahv(numbered_ahv(line))).value();
        got(t.people().erase(person.id));
      }
    });
    assert_int_equal(rows_in(f, "import_rows"), 1);
    settle_all(f);
    assert_int_equal(rows_in(f, "people"), 1);
    assert_true(reads_as_open(f, numbered_ahv(3)));
  }
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(who_is_erased_does_not_come_back_with_rows_that_wait),
      cmocka_unit_test(who_is_erased_does_not_come_back_with_rows_that_were_sent_before),
      cmocka_unit_test(nothing_sealed_is_left_of_who_is_erased_before_the_rows_are_deleted),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
