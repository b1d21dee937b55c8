// What is PostgreSQL's alone: the store is behind a server, which can go away and come back.

#include <signal.h>

#include <fstream>
#include <thread>

#include "fixture.hpp"
#include "process.hpp"

using namespace portal;
using namespace portal::test;

namespace {

constexpr auto record = [](Transaction& t) {
  return t.attempts().record(AttemptKind::wrong_code, "key", kNoon);
};

Result<int> count_once(Transaction& t) {
  return t.attempts().count(AttemptKind::wrong_code, "key", kNoon - 1ms);
}

Result<int> recorded(StoreFixture& f) { return in_read<int>(*f.store, count_once); }

/// The server crashes; tests/support/postgresql.py starts it again as soon as the file "hold" is
/// not there.
void crash_server() {
  pid_t postmaster = 0;
  std::ifstream(server_folder() / "data" / "postmaster.pid") >> postmaster;
  assert_true(postmaster > 1);
  assert_int_equal(::kill(postmaster, SIGQUIT), 0);
  while (::kill(postmaster, 0) == 0) std::this_thread::sleep_for(5ms);
}

void wait_for_server() {
  const sql::Location location = got(sql::Location::parse(server_url("postgres")));
  while (!sql::Connection::open(location, sql::Connection::Access::read, 1000ms)) {
    std::this_thread::sleep_for(20ms);
  }
}

/// Ends every other connection to this database, as an administrator might.
void end_connections(const StoreFixture& f) {
  got(
      f.direct()->query("select count(pg_terminate_backend(pid, 5000)) from pg_stat_activity"
                        " where datname = current_database() and pid <> pg_backend_pid()",
                        {}, [](sql::Row& row) -> Result<void> {
                          assert_true(row.integer() > 0);
                          return {};
                        }));
}

void a_server_started_anew_is_found_again_by_the_next_call(void**) {
  // R13
  StoreFixture f;
  for (int i = 1; i <= 3; ++i) {
    got(f.store->write("test.write", record));
    assert_int_equal(got(recorded(f)), i);
    crash_server();
    wait_for_server();
  }
  assert_int_equal(got(recorded(f)), 3);
}

void without_a_server_the_store_is_unavailable_at_once(void**) {
  // R13, M2
  StoreFixture f;
  got(f.store->write("test.write", record));
  std::ofstream(server_folder() / "hold").close();
  crash_server();
  const auto start = std::chrono::steady_clock::now();
  assert_error(f.store->write("test.write", record), Errc::unavailable);
  assert_error(recorded(f), Errc::unavailable);
  assert_error(SqlStore::open(f.settings(), f.keyring, f.clock), Errc::unavailable);
  assert_true(std::chrono::steady_clock::now() - start < 2s);
  std::filesystem::remove(server_folder() / "hold");
  wait_for_server();
  got(f.store->write("test.write", record));
  assert_int_equal(got(recorded(f)), 2);
}

void a_read_whose_connection_is_lost_is_tried_once_more(void**) {
  // R13
  StoreFixture f;
  got(f.store->write("test.write", record));
  int tries = 0;
  const Result<int> found = in_read<int>(*f.store, [&](Transaction& t) -> Result<int> {
    if (++tries == 1) end_connections(f);
    return count_once(t);
  });
  assert_int_equal(got(found), 1);
  assert_int_equal(tries, 2);
  tries = 0;
  assert_error(in_read<int>(*f.store,
                            [&](Transaction& t) -> Result<int> {
                              ++tries;
                              end_connections(f);
                              return count_once(t);
                            }),
               Errc::unavailable);
  assert_int_equal(tries, 2);
}

void a_write_whose_connection_is_lost_is_unavailable_and_wrote_nothing(void**) {
  // R13, T4
  StoreFixture f;
  for (const bool at_the_commit : {false, true}) {
    int tries = 0;
    const Result<void> done = f.store->write("test.write", [&](Transaction& t) -> Result<void> {
      ++tries;
      if (at_the_commit) got(record(t));
      end_connections(f);
      return at_the_commit ? Result<void>() : record(t);
    });
    assert_error(done, Errc::unavailable);
    assert_int_equal(tries, 1);
    assert_int_equal(got(recorded(f)), 0);
  }
  got(f.store->write("test.write", record));
  assert_int_equal(got(recorded(f)), 1);
}

void a_database_that_takes_no_writes_is_not_used(void**) {
  // R13: a replica, or a server that has become one.
  StoreFixture f;
  f.close();
  const std::string url = f.settings().url;
  const std::string name = url.substr(url.find("@/") + 2, url.find('?') - url.find("@/") - 2);
  got(f.direct()->run_once("alter database " + name + " set default_transaction_read_only = on"));
  assert_error(SqlStore::open(f.settings(), f.keyring, f.clock), Errc::unavailable);
}

/// Another process: begins to write, and says nothing more.
int stop_in_the_middle(const std::filesystem::path& folder) {
  const auto connection = connect_to(url_in(folder), sql::Connection::Access::write, 5000ms);
  got(connection->begin());
  say("in the middle");
  ::raise(SIGSTOP);
  return 0;
}

void who_stops_in_the_middle_of_a_write_holds_the_others_up_for_ten_seconds(void**) {
  // T5, R13
  StoreFixture f;
  f.patience = 15s;
  f.close();
  f.open();
  Process other({"stop", f.folder.string()});
  assert_text(other.line(), "in the middle");
  const auto start = std::chrono::steady_clock::now();
  got(f.store->write("test.write", record));
  const auto waited = std::chrono::steady_clock::now() - start;
  assert_true(waited > 5s && waited < 14s);
}

void a_database_that_is_not_there_is_told_of_and_not_made(void**) {
  StoreFixture f;
  StoreSettings settings = f.settings();
  settings.url = server_url("nowhere");
  const auto opened = SqlStore::open(settings, f.keyring, f.clock);
  assert_error(opened, Errc::unavailable);
  const std::string& detail = opened.error().detail;
  assert_true(detail.find("database \"nowhere\" does not exist") != std::string::npos);
  assert_true(detail.find('\n') == std::string::npos);
}

}  // namespace

int main(int argc, char** argv) {
  initialise_crypto();
  if (argc == 3) return stop_in_the_middle(argv[2]);
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_server_started_anew_is_found_again_by_the_next_call),
      cmocka_unit_test(without_a_server_the_store_is_unavailable_at_once),
      cmocka_unit_test(a_read_whose_connection_is_lost_is_tried_once_more),
      cmocka_unit_test(a_write_whose_connection_is_lost_is_unavailable_and_wrote_nothing),
      cmocka_unit_test(a_database_that_takes_no_writes_is_not_used),
      cmocka_unit_test(who_stops_in_the_middle_of_a_write_holds_the_others_up_for_ten_seconds),
      cmocka_unit_test(a_database_that_is_not_there_is_told_of_and_not_made),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
