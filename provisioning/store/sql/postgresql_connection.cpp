#include "store/sql/postgresql_connection.hpp"

#include <soci/postgresql/soci-postgresql.h>

#include <algorithm>
#include <cstring>

#include "base/freed.hpp"
#include "store/sql/postgresql_states.hpp"
#include "store/sql/soci_connection.hpp"

namespace portal::sql {
namespace {

using ServerResult = std::unique_ptr<PGresult, Freed<PQclear>>;

/// In one message to the server; the number is "portald" in ASCII, to be nobody else's.
constexpr const char* kBeginWrite =
    "begin isolation level read committed read write; "
    "select pg_advisory_xact_lock(31647734761090148)";
/// Of one statement, beside what it waits for others.
constexpr std::chrono::milliseconds kLongest{25'000};
constexpr const char* kBeginRead = "begin isolation level repeatable read read only";

class PostgresqlConnection final : public SociConnection {
 public:
  PostgresqlConnection(const std::string& connect, Access access)
      : SociConnection(*soci::factory_postgresql(), connect, access) {}

  Result<void> configure(std::chrono::milliseconds patience);
  std::string_view dialect() const noexcept override { return "postgresql"; }

 private:
  Verdict judge(const soci::soci_error& failure) override;
  std::size_t column_count(soci::statement& prepared) override;
  bool is_transaction_gone() override;
  Result<void> begin_transaction() override {
    return control(access() == Access::write ? kBeginWrite : kBeginRead);
  }
  Result<void> control(const char* sql) override;
  std::string_view table_query() const noexcept override {
    // Of the rows, not to_regclass: that may remember from before somebody made the table.
    return "select 1 from pg_catalog.pg_tables where tablename = :name"
           " and schemaname = current_schema()";
  }
  bool accepts(Parameters parameters) const noexcept override;
  /// The server hears of it by a statement, which would fail as well.
  bool forgets_at_once() const noexcept override { return false; }

  PGconn* handle() {
    return static_cast<soci::postgresql_session_backend*>(session().get_backend())->conn_;
  }
  Verdict verdict_on(std::string_view state);
};

SociConnection::Verdict PostgresqlConnection::verdict_on(std::string_view state) {
  const bool is_lost = PQstatus(handle()) == CONNECTION_BAD;
  // The server's last words may say why: it was shut down.
  if (is_lost && !state_spoils_connection(state)) state = {};
  // Any failure, a conflict as well, leaves a transaction that can only be rolled back.
  return {error_of_state(state, access()), is_lost || state_spoils_connection(state), true};
}

SociConnection::Verdict PostgresqlConnection::judge(const soci::soci_error& failure) {
  const auto* known = dynamic_cast<const soci::postgresql_soci_error*>(&failure);
  if (known != nullptr) return verdict_on(known->sqlstate());
  return {Error{Errc::internal, "store: a statement is used in a wrong way"}, false, true};
}

std::size_t PostgresqlConnection::column_count(soci::statement& prepared) {
  auto* backend = static_cast<soci::postgresql_statement_backend*>(prepared.get_backend());
  const ServerResult described(PQdescribePrepared(handle(), backend->statementName_.c_str()));
  if (PQresultStatus(described.get()) != PGRES_COMMAND_OK) {
    const char* state = PQresultErrorField(described.get(), PG_DIAG_SQLSTATE);
    throw soci::postgresql_soci_error("not described", state != nullptr ? state : "     ");
  }
  return static_cast<std::size_t>(PQnfields(described.get()));
}

bool PostgresqlConnection::is_transaction_gone() {
  const PGTransactionStatusType status = PQtransactionStatus(handle());
  return status == PQTRANS_IDLE || status == PQTRANS_UNKNOWN;
}

Result<void> PostgresqlConnection::control(const char* sql) {
  const ServerResult result(PQexec(handle(), sql));
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    const char* state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
    return fail(noted(verdict_on(state != nullptr ? state : "")));
  }
  // Of a transaction that has failed, a commit says so, as if it were in order.
  const bool undone =
      std::strcmp(sql, "commit") == 0 && std::strcmp(PQcmdStatus(result.get()), "COMMIT") != 0;
  if (undone) return fail(Errc::unavailable, "store: it was rolled back");
  return {};
}

/// libpq takes a text to its first NUL: the rest would be lost without a word.
bool PostgresqlConnection::accepts(Parameters parameters) const noexcept {
  return std::ranges::none_of(parameters, [](const Parameter& parameter) {
    return parameter.value.text().find('\0') != std::string_view::npos;
  });
}

Result<void> PostgresqlConnection::configure(std::chrono::milliseconds patience) {
  const std::string settings =
      "set lock_timeout = " + std::to_string(patience.count()) +
      "; set statement_timeout = " + std::to_string(patience.count() + kLongest.count()) +
      "; set idle_in_transaction_session_timeout = '10s'"
      "; set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 2; set tcp_keepalives_count = 3"
      "; set client_min_messages = error"
      // Durable before the answer is given: a used code must stay used after a power failure.
      "; select set_config('synchronous_commit', 'on', false)"
      " where current_setting('synchronous_commit') = 'off'";
  return control(settings.c_str());
}

/// The words of libpq for a connection that did not come about, on one line: they name hosts and
/// roles, and no value, for none was bound yet.
std::string reason_of(const soci::soci_error& failure) {
  std::string reason = failure.what();
  reason = reason.substr(reason.find('\n') + 1);
  while (reason.ends_with('\n')) reason.pop_back();
  std::ranges::replace(reason, '\n', ' ');
  return reason;
}

}  // namespace

Result<std::unique_ptr<Connection>> open_postgresql(const PostgresqlUrl& url,
                                                    Connection::Access access,
                                                    std::chrono::milliseconds patience) {
  std::unique_ptr<PostgresqlConnection> connection;
  try {
    connection = std::make_unique<PostgresqlConnection>(url.text_for_libpq(patience), access);
  } catch (const soci::soci_error& failure) {
    return fail(Errc::unavailable, "store: " + reason_of(failure));
  }
  Result<void> configured = connection->configure(patience);
  if (!configured) return fail(std::move(configured).error());
  return connection;
}

}  // namespace portal::sql
