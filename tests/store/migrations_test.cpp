#include "store/migrations.hpp"

#include "fixture.hpp"
#include "store/sql/queries.hpp"

using namespace portal;
using namespace portal::test;

namespace {

const std::vector<std::string> kKey = {"fingerprint"};

/// An empty database and a connection to it.
struct Database {
  Database() : connection(connect_to(url_in(folder.path()))) {}
  Result<void> migrate_to(std::span<const Migration> known) {
    return migrate(*connection, known, kKey, kNoon);
  }
  /// Every table, index and trigger in its own words.
  std::vector<std::string> schema() {
    constexpr std::string_view sqlite =
        "select coalesce(sql, name) from sqlite_master order by name";
    constexpr std::string_view postgresql =
        "select table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' "
        "||"
        " coalesce(column_default, '') from information_schema.columns"
        " where table_schema = 'public'"
        " union all select indexdef from pg_indexes where schemaname = 'public'"
        " union all select pg_get_triggerdef(oid) from pg_trigger where not tgisinternal"
        " union all select pg_get_constraintdef(oid) from pg_constraint"
        " where connamespace = 'public'::regnamespace"
        " order by 1";
    return got(sql::find_all<std::string>(
        *connection, on_postgresql() ? postgresql : sqlite, {},
        [](sql::Row& row) -> Result<std::string> { return std::string(row.text()); }));
  }

  TemporaryFolder folder;
  std::unique_ptr<sql::Connection> connection;
};

constexpr Migration kSome[] = {
    {1, "first", "-- a comment\n\n-- about it\ncreate table a (x bigint)\n"},
    {2, "second",
     "create table b (y text);\n\n-- only postgresql\nalter table b add column p text;\n\n"
     "-- only sqlite\ncreate trigger t before update on b\nbegin\n  select 1;\nend;\n\n"
     "-- only another\ncreate nonsense;\n\n"
     "insert into b (y) values ('from the second')"},
    {3, "third", "alter table a add column z text"},
};

void migrations_are_numbered_without_a_gap(void**) {
  int expected = 1;
  for (const Migration& migration : migrations()) {
    assert_int_equal(migration.number, expected++);
    assert_true(migration.sql.size() > 20);
  }
  assert_text(migrations().front().name, "first");
}

void each_earlier_schema_becomes_the_newest(void**) {
  for (const std::span<const Migration> known : {std::span<const Migration>(kSome), migrations()}) {
    Database fresh;
    got(fresh.migrate_to(known));
    const std::vector<std::string> wanted = fresh.schema();
    assert_true(wanted.size() > 4);
    for (std::size_t earlier = 1; earlier <= known.size(); ++earlier) {
      Database old;
      got(old.migrate_to(known.first(earlier)));
      got(old.migrate_to(known));
      got(old.migrate_to(known));
      assert_true(old.schema() == wanted);
    }
  }
}

void a_log_that_was_written_before_stays_as_it_was(void**) {
  // J3
  Database database;
  const auto with_fat_log = migrations().first(4);
  got(database.migrate_to(with_fat_log));
  for (const char* number : {"1", "2", "10"}) {
    got(database.connection->run_once(
        "insert into audit values (" + std::string(number) +
        ", 5, 'd', 'what', 'success', 'a', '', 'local', 'sshd', '', 'r', 'p', 'h')"));
  }
  got(database.migrate_to(migrations()));
  const auto rows = got(sql::find_all<std::string>(
      *database.connection,
      "select number || '' || at || decision || what || outcome || account || actor || address || "
      "service"
      " || factor || reason || previous || hash from audit order by number",
      {}, [](sql::Row& row) -> Result<std::string> { return std::string(row.text()); }));
  assert_int_equal(rows.size(), 3);
  assert_text(rows[2], "105dwhatsuccessalocalsshdrph");
  assert_error(database.connection->execute("delete from audit"), Errc::internal);
}

void a_migration_runs_once_and_is_noted(void**) {
  Database database;
  got(database.migrate_to(std::span(kSome).first(1)));
  got(database.migrate_to(kSome));
  const auto notes = got(sql::find_all<std::string>(
      *database.connection, "select number, name, applied from schema_migrations order by number",
      {}, [](sql::Row& row) -> Result<std::string> {
        const std::string number(row.text());
        const std::string name(row.text());
        assert_true(row.time() == kNoon);
        return number + " " + name;
      }));
  assert_true(notes == (std::vector{"1 first"s, "2 second"s, "3 third"s}));
  const auto rows = got(database.connection->execute("update a set x = 1"));
  assert_int_equal(rows, 0);
}

void a_migration_that_fails_leaves_nothing(void**) {
  constexpr Migration broken[] = {kSome[0],
                                  {2, "broken", "create table c (x bigint)\n\ncreate nonsense"}};
  Database database;
  assert_error(database.migrate_to(broken), Errc::internal);
  assert_int_equal(got(prove_ownership(*database.connection, kSome, kKey)), 1);
  assert_false(got(database.connection->has_table("c")));
  got(database.migrate_to(kSome));
}

void a_newer_schema_is_refused_untouched(void**) {
  Database database;
  got(database.migrate_to(kSome));
  const std::vector<std::string> before = database.schema();
  assert_error(database.migrate_to(std::span(kSome).first(2)), Errc::denied);
  assert_true(database.schema() == before);
}

void another_key_is_refused_at_every_number(void**) {
  // T7
  Database database;
  assert_int_equal(got(prove_ownership(*database.connection, kSome, kKey)), 0);
  got(database.migrate_to(std::span(kSome).first(1)));
  assert_error(prove_ownership(*database.connection, kSome, std::vector{"another"s}), Errc::denied);
  assert_int_equal(got(prove_ownership(*database.connection, kSome, kKey)), 1);
}

void a_store_of_a_newer_program_does_not_open(void**) {
  StoreFixture f;
  f.close();
  {
    const auto direct = f.direct();
    got(
        direct->execute("insert into schema_migrations (number, name, applied)"
                        " values (1000, 'future', 0)"));
  }
  assert_error(SqlStore::open(f.settings(), f.keyring, f.clock), Errc::denied);
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(migrations_are_numbered_without_a_gap),
      cmocka_unit_test(each_earlier_schema_becomes_the_newest),
      cmocka_unit_test(a_log_that_was_written_before_stays_as_it_was),
      cmocka_unit_test(a_migration_runs_once_and_is_noted),
      cmocka_unit_test(a_migration_that_fails_leaves_nothing),
      cmocka_unit_test(a_newer_schema_is_refused_untouched),
      cmocka_unit_test(another_key_is_refused_at_every_number),
      cmocka_unit_test(a_store_of_a_newer_program_does_not_open),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
