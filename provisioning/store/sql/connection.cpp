#include "store/sql/connection.hpp"

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <charconv>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "store/sql/result_codes.hpp"

namespace portal::sql {

struct Row::Cell {
  std::string text;
  soci::indicator indicator = soci::i_null;
};

const Row::Cell& Row::next() {
  static const Cell null;
  return position_ < count_ ? cells_[position_++] : null;
}

std::string_view Row::text() {
  const Cell& cell = next();
  return cell.indicator == soci::i_ok ? std::string_view(cell.text) : std::string_view();
}

std::int64_t Row::integer() {
  const std::string_view digits = text();
  std::int64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

std::optional<UtcTime> Row::optional_time() {
  if (position_ < count_ && cells_[position_].indicator == soci::i_null) {
    ++position_;
    return std::nullopt;
  }
  return time();
}

/// A statement with the buffers that it is bound to for as long as it lives.
struct Connection::Prepared {
  struct Bound {
    std::string name;
    Value::Kind kind;
    std::string text;
    long long integer = 0;
    soci::indicator indicator = soci::i_null;
  };

  std::vector<Bound> in;
  std::vector<Row::Cell> out;
  bool running = false;
  std::unique_ptr<soci::statement> statement;

  /// False if these are not the parameters that it was prepared with.
  bool bind(Parameters parameters);
};

bool Connection::Prepared::bind(Parameters parameters) {
  if (parameters.size() != in.size()) return false;
  auto bound = in.begin();
  for (const Parameter& parameter : parameters) {
    if (bound->name != parameter.name || bound->kind != parameter.value.kind()) return false;
    bound->text = parameter.value.text();
    bound->integer = parameter.value.integer();
    bound->indicator = parameter.value.is_null() ? soci::i_null : soci::i_ok;
    ++bound;
  }
  return true;
}

struct Connection::Backend {
  Backend(const std::string& connect, Access wanted)
      : session(*soci::factory_sqlite3(), connect), access(wanted) {}

  sqlite_api::sqlite3* handle() {
    return static_cast<soci::sqlite3_session_backend*>(session.get_backend())->conn_;
  }

  soci::session session;
  Access access;
  bool usable = true;
  bool in_transaction = false;
  std::optional<Error> failed;  ///< the first failure in this transaction that was no conflict
  // After the session: statements must go first.
  std::unordered_map<std::string_view, std::unique_ptr<Prepared>> statements;
};

namespace {

int column_count(soci::statement& statement) {
  auto* backend = static_cast<soci::sqlite3_statement_backend*>(statement.get_backend());
  return sqlite_api::sqlite3_column_count(backend->stmt_);
}

}  // namespace

Connection::Connection(std::unique_ptr<Backend> backend) : backend_(std::move(backend)) {}
Connection::~Connection() = default;

Error Connection::failure(int primary_code) {
  int code = sqlite_api::sqlite3_extended_errcode(backend_->handle());
  if ((code & 0xff) != (primary_code & 0xff)) code = primary_code;
  Error error = error_of(code, backend_->access);
  if (error.code == Errc::unavailable && spoils_connection(code)) backend_->usable = false;
  if (backend_->in_transaction && error.code != Errc::conflict && !backend_->failed) {
    backend_->failed = error;
  }
  return error;
}

/// Runs `act`; SOCI's exceptions become errors without their texts.
template <class Act>
auto Connection::guarded(Act&& act) -> decltype(act()) {
  try {
    return act();
  } catch (const soci::sqlite3_soci_error& error) {
    return fail(failure(error.result()));
  } catch (const soci::soci_error&) {
    return fail(failure(SQLITE_MISUSE));
  }
}

Result<std::unique_ptr<Connection>> Connection::open(const std::filesystem::path& file,
                                                     Access access,
                                                     std::chrono::milliseconds patience) {
  std::unique_ptr<Connection> connection;
  try {
    connection.reset(
        new Connection(std::make_unique<Backend>("dbname=\"" + file.string() + "\"", access)));
  } catch (const soci::sqlite3_soci_error& error) {
    return fail(Errc::unavailable, error_of(error.result(), access).detail);
  }
  Result<void> configured = connection->configure(patience);
  if (!configured) return fail(std::move(configured).error());
  return connection;
}

Result<void> Connection::configure(std::chrono::milliseconds patience) {
  Result<void> done = run_once("pragma busy_timeout = " + std::to_string(patience.count()));
  for (const char* pragma : {"pragma foreign_keys = on", "pragma secure_delete = on",
                             "pragma trusted_schema = off", "pragma temp_store = memory"}) {
    if (done) done = run_once(pragma);
  }
  if (!done || backend_->access == Access::read) {
    return done ? run_once("pragma query_only = on") : done;
  }
  // Going over to WAL needs the file alone for a moment, and SQLite does not wait for that.
  const auto end = std::chrono::steady_clock::now() + patience;
  done = run_once("pragma journal_mode = wal");
  while (!done && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    done = run_once("pragma journal_mode = wal");
  }
  // Durable before the answer is given: a used code must stay used after a power failure.
  return done ? run_once("pragma synchronous = full") : done;
}

Result<Connection::Prepared*> Connection::prepared(std::string_view sql, Parameters parameters) {
  std::unique_ptr<Prepared>& known = backend_->statements[sql];
  if (!known) {
    auto fresh = std::make_unique<Prepared>();
    fresh->in.reserve(parameters.size());
    for (const Parameter& parameter : parameters) {
      fresh->in.push_back({std::string(parameter.name), parameter.value.kind(), {}});
    }
    fresh->statement = std::make_unique<soci::statement>(backend_->session);
    soci::statement& statement = *fresh->statement;
    statement.alloc();
    statement.prepare(std::string(sql));
    fresh->out.resize(static_cast<std::size_t>(column_count(statement)));
    for (Row::Cell& cell : fresh->out) statement.exchange(soci::into(cell.text, cell.indicator));
    for (Prepared::Bound& bound : fresh->in) {
      if (bound.kind == Value::Kind::integer) {
        statement.exchange(soci::use(std::as_const(bound.integer), bound.indicator, bound.name));
      } else {
        statement.exchange(soci::use(std::as_const(bound.text), bound.indicator, bound.name));
      }
    }
    statement.define_and_bind();
    known = std::move(fresh);
  }
  if (known->running || !known->bind(parameters)) {
    return fail(Errc::internal, "store: a statement is used in two ways");
  }
  return known.get();
}

Result<std::int64_t> Connection::execute(std::string_view sql, Parameters parameters) {
  const Result<Prepared*> statement = guarded([&] { return prepared(sql, parameters); });
  if (!statement) return fail(statement.error());
  Result<std::int64_t> changed = guarded([&]() -> Result<std::int64_t> {
    (*statement)->statement->execute(true);
    return (*statement)->statement->get_affected_rows();
  });
  // A failed statement may hold a lock or a broken state; it is prepared anew.
  if (!changed) backend_->statements.erase(sql);
  return changed;
}

Result<void> Connection::query(std::string_view sql, Parameters parameters, OnRow on_row) {
  const Result<Prepared*> known = guarded([&] { return prepared(sql, parameters); });
  if (!known) return fail(known.error());
  Prepared& statement = **known;
  statement.running = true;
  Result<void> done = guarded([&]() -> Result<void> {
    // Read to the end: only then does SQLite let go of its lock.
    for (bool more = statement.statement->execute(true); more;
         more = statement.statement->fetch()) {
      Row row(statement.out.data(), statement.out.size());
      Result<void> taken = on_row(row);
      if (!taken) return taken;
    }
    return {};
  });
  statement.running = false;
  if (!done) backend_->statements.erase(sql);
  return done;
}

Result<void> Connection::run_once(const std::string& sql) {
  return guarded([&]() -> Result<void> {
    soci::statement statement(backend_->session);
    statement.alloc();
    statement.prepare(sql);
    statement.define_and_bind();
    statement.execute(true);
    return {};
  });
}

Result<bool> Connection::has_table(std::string_view name) {
  bool found = false;
  const Result<void> done =
      query("select 1 from sqlite_master where type = 'table' and name = :name", {{"name", name}},
            [&](Row&) -> Result<void> {
              found = true;
              return {};
            });
  if (!done) return fail(done.error());
  return found;
}

Result<void> Connection::begin() {
  backend_->failed.reset();
  const Result<std::int64_t> begun =
      execute(backend_->access == Access::write ? "begin immediate" : "begin");
  if (!begun) return fail(begun.error());
  backend_->in_transaction = true;
  return {};
}

Result<void> Connection::mark() {
  const Result<std::int64_t> marked = execute("savepoint work");
  if (!marked) return fail(marked.error());
  return {};
}

Result<void> Connection::keep_since_mark() {
  if (backend_->failed) return fail(*backend_->failed);
  const Result<std::int64_t> kept = execute("release work");
  if (!kept) return fail(kept.error());
  return {};
}

Result<void> Connection::undo_since_mark() {
  const bool is_gone = sqlite_api::sqlite3_get_autocommit(backend_->handle()) != 0;
  if (is_gone || !execute("rollback to work") || !execute("release work")) {
    return fail(Errc::unavailable,
                backend_->failed ? backend_->failed->detail : "store: it was rolled back");
  }
  backend_->failed.reset();
  return {};
}

Result<void> Connection::commit() {
  Result<void> done;
  if (backend_->failed) {
    done = fail(*backend_->failed);
  } else if (const Result<std::int64_t> committed = execute("commit"); !committed) {
    done = fail(Errc::unavailable, committed.error().detail);
  }
  if (!done) rollback();
  backend_->in_transaction = false;
  return done;
}

void Connection::rollback() noexcept {
  backend_->in_transaction = false;
  // Some failures (a full disk) have rolled back already.
  if (sqlite_api::sqlite3_get_autocommit(backend_->handle()) != 0) return;
  try {
    if (!execute("rollback")) backend_->usable = false;
  } catch (...) {
    backend_->usable = false;
  }
}

bool Connection::usable() const noexcept { return backend_->usable; }

}  // namespace portal::sql
