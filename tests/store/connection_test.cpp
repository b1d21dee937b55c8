#include "store/sql/connection.hpp"

#include <limits>

#include "fixture.hpp"
#include "store/sql/queries.hpp"
#include "store/sql/text.hpp"

using namespace portal;
using namespace portal::test;

namespace {

struct Database {
  Database() : connection(connect_to(url_in(folder.path(), "a file with spaces=and signs.db"))) {
    got(connection->run_once("create table t (a text unique, n bigint)"));
  }
  TemporaryFolder folder;
  std::unique_ptr<sql::Connection> connection;
};

constexpr std::string_view kInsert = "insert into t (a, n) values (:a, :n)";

void texts_and_numbers_come_back_whole(void**) {
  Database database;
  constexpr std::int64_t numbers[] = {0, -1, std::numeric_limits<std::int64_t>::max(),
                                      std::numeric_limits<std::int64_t>::min()};
  for (const std::int64_t number : numbers) {
    got(database.connection->execute(kInsert, {{"a", std::to_string(number)}, {"n", number}}));
  }
  std::size_t row_number = 0;
  got(database.connection->query(
      on_postgresql() ? "select a, n from t order by ctid" : "select a, n from t order by rowid",
      {}, [&](sql::Row& row) -> Result<void> {
        const std::int64_t number = numbers[row_number++];
        assert_text(row.text(), std::to_string(number));
        assert_true(row.integer() == number);
        assert_text(row.text(), "");  // beyond the last column
        return {};
      }));
  assert_int_equal(row_number, 4);
}

void null_reads_as_nothing(void**) {
  Database database;
  got(database.connection->execute(
      kInsert, {{"a", sql::Value::text_or_null("")}, {"n", std::optional<UtcTime>()}}));
  got(database.connection->execute(kInsert, {{"a", "x"}, {"n", std::optional<UtcTime>(kNoon)}}));
  std::vector<std::optional<UtcTime>> times;
  got(database.connection->query(
      on_postgresql() ? "select n, a from t order by ctid" : "select n, a from t order by rowid",
      {}, [&](sql::Row& row) -> Result<void> {
        times.push_back(row.optional_time());
        assert_text(row.text(), times.size() == 1 ? "" : "x");
        return {};
      }));
  assert_false(times.at(0).has_value());
  assert_true(times.at(1) == kNoon);
}

void a_unique_value_twice_is_a_conflict(void**) {
  Database database;
  got(database.connection->execute(kInsert, {{"a", "x"}, {"n", 1}}));
  assert_error(database.connection->execute(kInsert, {{"a", "x"}, {"n", 1}}), Errc::conflict);
  got(database.connection->execute(kInsert, {{"a", "y"}, {"n", 1}}));
}

void a_statement_tells_how_many_rows_it_changed(void**) {
  // R4, T4
  Database database;
  for (const char* a : {"x", "y", "z"}) {
    got(database.connection->execute(kInsert, {{"a", a}, {"n", 1}}));
  }
  constexpr std::string_view update = "update t set n = :new where n = :old";
  assert_int_equal(got(database.connection->execute(update, {{"new", 2}, {"old", 1}})), 3);
  assert_int_equal(got(database.connection->execute(update, {{"new", 2}, {"old", 1}})), 0);
  constexpr std::string_view ignore = "insert into t (a, n) values (:a, :n) on conflict do nothing";
  assert_int_equal(got(database.connection->execute(ignore, {{"a", "x"}, {"n", 9}})), 0);
}

void a_statement_keeps_its_parameters(void**) {
  Database database;
  got(database.connection->execute(kInsert, {{"a", "x"}, {"n", 1}}));
  assert_error(database.connection->execute(kInsert, {{"a", "y"}, {"n", "1"}}), Errc::internal);
  assert_error(database.connection->execute(kInsert, {{"n", 1}, {"a", "y"}}), Errc::internal);
  assert_error(database.connection->execute(kInsert, {{"a", "y"}}), Errc::internal);
  got(database.connection->execute(kInsert, {{"a", "z"}, {"n", 2}}));
}

void a_statement_is_not_run_within_itself(void**) {
  Database database;
  for (const char* a : {"x", "y"}) {
    got(database.connection->execute(kInsert, {{"a", a}, {"n", 1}}));
  }
  constexpr std::string_view select = "select a from t";
  int rows = 0;
  got(database.connection->query(select, {}, [&](sql::Row&) -> Result<void> {
    ++rows;
    assert_error(
        database.connection->query(select, {}, [](sql::Row&) -> Result<void> { return {}; }),
        Errc::internal);
    return {};
  }));
  assert_int_equal(rows, 2);
}

void a_query_stopped_in_the_middle_starts_anew(void**) {
  Database database;
  for (const char* a : {"x", "y", "z"}) {
    got(database.connection->execute(kInsert, {{"a", a}, {"n", 1}}));
  }
  constexpr std::string_view select = "select a from t order by a";
  for (int i = 0; i < 3; ++i) {
    const Result<void> stopped = database.connection->query(
        select, {},
        [](sql::Row& row) -> Result<void> { return fail(Errc::denied, std::string(row.text())); });
    assert_error(stopped, Errc::denied);
    assert_text(stopped.error().detail, "x");
  }
}

void a_broken_statement_is_an_error_and_no_more(void**) {
  Database database;
  assert_error(database.connection->execute("no sql at all"), Errc::internal);
  assert_error(database.connection->execute("select * from missing"), Errc::internal);
  assert_true(database.connection->usable());
}

void a_text_that_would_be_cut_is_refused_and_one_of_many_bytes_is_not(void**) {
  // R5
  Database database;
  const std::string with_nul("ab\0cd", 5);
  const auto cut = database.connection->execute(kInsert, {{"a", with_nul}, {"n", 1}});
  if (on_postgresql()) assert_error(cut, Errc::internal);
  const std::string long_text(300'000, 'x');
  got(database.connection->execute(kInsert, {{"a", "z\xc3\xbcri:ch ' \" \\ $1"}, {"n", 2}}));
  got(database.connection->run_once("create table l (a text)"));
  got(database.connection->execute("insert into l (a) values (:a)", {{"a", long_text}}));
  got(database.connection->query("select a from l", {}, [&](sql::Row& row) -> Result<void> {
    assert_true(row.text() == long_text);
    return {};
  }));
  got(database.connection->query("select a from t where n = 2", {},
                                 [](sql::Row& row) -> Result<void> {
                                   assert_text(row.text(), "z\xc3\xbcri:ch ' \" \\ $1");
                                   return {};
                                 }));
}

void texts_are_joined_when_compiled(void**) {
  constexpr sql::Text select = "select a from t";
  constexpr sql::Text by_number = select + " where n = :n";
  static_assert(std::string_view(by_number) == "select a from t where n = :n");
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(texts_and_numbers_come_back_whole),
      cmocka_unit_test(null_reads_as_nothing),
      cmocka_unit_test(a_unique_value_twice_is_a_conflict),
      cmocka_unit_test(a_statement_tells_how_many_rows_it_changed),
      cmocka_unit_test(a_statement_keeps_its_parameters),
      cmocka_unit_test(a_statement_is_not_run_within_itself),
      cmocka_unit_test(a_query_stopped_in_the_middle_starts_anew),
      cmocka_unit_test(a_broken_statement_is_an_error_and_no_more),
      cmocka_unit_test(a_text_that_would_be_cut_is_refused_and_one_of_many_bytes_is_not),
      cmocka_unit_test(texts_are_joined_when_compiled),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
