#include <stdexcept>

#include "fixture.hpp"
#include "process.hpp"
#include "store/sql/connection.hpp"

using namespace portal;
using namespace portal::test;

namespace {

constexpr auto record = [](Transaction& t) {
  return t.attempts().record(AttemptKind::wrong_code, "key", kNoon);
};

int recorded(StoreFixture& f) {
  int count = 0;
  f.read([&](Transaction& t) {
    count = got(t.attempts().count(AttemptKind::wrong_code, "key", kNoon - 1ms));
  });
  return count;
}

/// Another process: holds the write lock until it is told to let go.
int hold_lock(const std::filesystem::path& folder) {
  const auto connection = connect_to(url_in(folder), sql::Connection::Access::write, 5000ms);
  got(connection->begin());
  say("locked");
  wait_for_end_of_input();
  connection->rollback();
  return 0;
}

void a_store_locked_by_another_process_is_unavailable_until_released(void**) {
  // T5, R13
  StoreFixture f;
  f.patience = 300ms;
  f.close();
  f.open();
  Process other({"hold", f.folder.string()});
  assert_text(other.line(), "locked");
  const auto start = std::chrono::steady_clock::now();
  assert_error(f.store->write("test.write", record), Errc::unavailable);
  const auto waited = std::chrono::steady_clock::now() - start;
  assert_true(waited >= 250ms && waited < 3s);
  assert_int_equal(recorded(f), 0);  // reading goes on
  other.close_input();
  assert_int_equal(other.wait(), 0);
  got(f.store->write("test.write", record));
  assert_int_equal(recorded(f), 1);
}

void a_short_lock_is_waited_for(void**) {
  // T5
  StoreFixture f;
  Process other({"hold", f.folder.string()});
  assert_text(other.line(), "locked");
  other.close_input();
  got(f.store->write("test.write", record));
  assert_int_equal(recorded(f), 1);
}

void a_failure_that_was_passed_over_is_not_committed(void**) {
  // R13
  StoreFixture f;
  const Result<void> done = f.store->write("test.write", [](Transaction& t) -> Result<void> {
    got(record(t));
    // A membership of nobody breaks a foreign key; this work does not look.
    (void)t.accounts().add_membership(
        {AccountId("nobody"), PortalId("flex"), AudienceId("insured"), kNoon});
    return {};
  });
  assert_error(done, Errc::internal);
  assert_int_equal(recorded(f), 0);
  got(f.store->write("test.write", record));
}

void a_conflict_may_be_handled_within_the_transaction(void**) {
  // R14
  StoreFixture f;
  const Account vera = stored_account(f);
  f.write([&](Transaction& t) {
    assert_error(t.accounts().add(account_of(vera.person)), Errc::conflict);
    got(record(t));
  });
  assert_int_equal(recorded(f), 1);
}

void an_exception_in_the_work_undoes_it(void**) {
  // R13
  StoreFixture f;
  bool thrown = false;
  try {
    (void)f.store->write("test.write", [](Transaction& t) -> Result<void> {
      got(record(t));
      throw std::runtime_error("a bug");
    });
  } catch (const std::runtime_error&) {
    thrown = true;
  }
  assert_true(thrown);
  assert_int_equal(recorded(f), 0);
  got(f.store->write("test.write", record));
  assert_int_equal(recorded(f), 1);
}

void a_write_in_a_read_fails_and_leaves_nothing(void**) {
  // T4
  StoreFixture f;
  assert_error(f.store->read(record), Errc::internal);
  assert_int_equal(recorded(f), 0);
  got(f.store->write("test.write", record));
}

void errors_never_tell_what_was_stored(void**) {
  // J4
  StoreFixture f;
  const Result<void> done = f.store->write("test.write", [](Transaction& t) {
    return t.accounts().add_membership(
        {AccountId("tell-tale"), PortalId("flex"), AudienceId("insured"), kNoon});
  });
  assert_error(done, Errc::internal);
  assert_text(done.error().detail, on_postgresql() ? "store: constraint failed (PostgreSQL 23503)"
                                                   : "store: constraint failed (SQLite 787)");
}

}  // namespace

int main(int argc, char** argv) {
  initialise_crypto();
  if (argc == 3) return hold_lock(argv[2]);
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_store_locked_by_another_process_is_unavailable_until_released),
      cmocka_unit_test(a_short_lock_is_waited_for),
      cmocka_unit_test(a_failure_that_was_passed_over_is_not_committed),
      cmocka_unit_test(a_conflict_may_be_handled_within_the_transaction),
      cmocka_unit_test(an_exception_in_the_work_undoes_it),
      cmocka_unit_test(a_write_in_a_read_fails_and_leaves_nothing),
      cmocka_unit_test(errors_never_tell_what_was_stored),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
