#include "store/sql/sqlite_connection.hpp"

#include <soci/sqlite3/soci-sqlite3.h>

#include <thread>

#include "store/sql/soci_connection.hpp"
#include "store/sql/sqlite_result_codes.hpp"

namespace portal::sql {
namespace {

class SqliteConnection final : public SociConnection {
 public:
  SqliteConnection(const std::filesystem::path& file, Access access)
      : SociConnection(*soci::factory_sqlite3(), "dbname=\"" + file.string() + "\"", access) {}

  Result<void> configure(std::chrono::milliseconds patience);
  std::string_view dialect() const noexcept override { return "sqlite"; }

 private:
  Verdict judge(const soci::soci_error& failure) override;
  std::size_t column_count(soci::statement& prepared) override;
  bool is_transaction_gone() override { return sqlite_api::sqlite3_get_autocommit(handle()) != 0; }
  Result<void> begin_transaction() override;
  Result<void> control(const char* sql) override;
  std::string_view table_query() const noexcept override {
    return "select 1 from sqlite_master where type = 'table' and name = :name";
  }

  sqlite_api::sqlite3* handle() {
    return static_cast<soci::sqlite3_session_backend*>(session().get_backend())->conn_;
  }
};

SociConnection::Verdict SqliteConnection::judge(const soci::soci_error& failure) {
  const auto* known = dynamic_cast<const soci::sqlite3_soci_error*>(&failure);
  const int primary_code = known != nullptr ? known->result() : SQLITE_MISUSE;
  int code = sqlite_api::sqlite3_extended_errcode(handle());
  if ((code & 0xff) != (primary_code & 0xff)) code = primary_code;
  Error error = error_of(code, access());
  const bool spoils = error.code == Errc::unavailable && spoils_connection(code);
  const bool dooms = error.code != Errc::conflict;  // SQLite undoes that statement alone
  return {std::move(error), spoils, dooms};
}

std::size_t SqliteConnection::column_count(soci::statement& prepared) {
  auto* backend = static_cast<soci::sqlite3_statement_backend*>(prepared.get_backend());
  return static_cast<std::size_t>(sqlite_api::sqlite3_column_count(backend->stmt_));
}

Result<void> SqliteConnection::begin_transaction() {
  return control(access() == Access::write ? "begin immediate" : "begin");
}

Result<void> SqliteConnection::control(const char* sql) {
  const Result<std::int64_t> done = execute(sql);
  if (!done) return fail(done.error());
  return {};
}

Result<void> SqliteConnection::configure(std::chrono::milliseconds patience) {
  Result<void> done = run_once("pragma busy_timeout = " + std::to_string(patience.count()));
  for (const char* pragma : {"pragma foreign_keys = on", "pragma secure_delete = on",
                             "pragma trusted_schema = off", "pragma temp_store = memory"}) {
    if (done) done = run_once(pragma);
  }
  if (!done || access() == Access::read) return done ? run_once("pragma query_only = on") : done;
  // Going over to WAL needs the file alone for a moment, and SQLite does not wait for that.
  const auto end = std::chrono::steady_clock::now() + patience;
  done = run_once("pragma journal_mode = wal");
  while (!done && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    done = run_once("pragma journal_mode = wal");
  }
  // Durable before the answer is given: a used code must stay used after a power failure.
  if (done) done = run_once("pragma synchronous = full");
  // A batch of an import changes some thousand pages. With less room they are written before its
  // end, and with a shorter journal all of them go back into the file at every commit. With a
  // longer one, whoever has to wait for that waits longer.
  if (done) done = run_once("pragma cache_size = -16000");
  return done ? run_once("pragma wal_autocheckpoint = 2000") : done;
}

/// A connection is for one thread at a time, so SQLite need not lock it at each call: a twentieth
/// of a login's instructions. Once, before the first connection.
void spare_locks() {
  static const int said = sqlite_api::sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
  (void)said;
}

}  // namespace

Result<std::unique_ptr<Connection>> open_sqlite(const std::filesystem::path& file,
                                                Connection::Access access,
                                                std::chrono::milliseconds patience) {
  spare_locks();
  std::unique_ptr<SqliteConnection> connection;
  try {
    connection = std::make_unique<SqliteConnection>(file, access);
  } catch (const soci::sqlite3_soci_error& error) {
    return fail(Errc::unavailable, error_of(error.result(), access).detail);
  }
  Result<void> configured = connection->configure(patience);
  if (!configured) return fail(std::move(configured).error());
  return connection;
}

}  // namespace portal::sql
