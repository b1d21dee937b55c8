#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/function_ref.hpp"
#include "base/result.hpp"
#include "store/sql/location.hpp"
#include "store/sql/values.hpp"

namespace portal::sql {

/// One connection to the database, for one thread at a time. Statements are prepared once and kept.
/// Errors name the result code alone: SOCI's own texts hold the bound values (requirement J4).
/// A call is one virtual one: nothing beside a statement's work.
///
/// Everywhere, fails: unavailable (locked for too long, disk full, gone), conflict (a unique value
/// exists), internal.
class Connection {
 public:
  enum class Access {
    read,  ///< whatever writes fails
    write,
  };
  using OnRow = FunctionRef<Result<void>(Row&)>;

  /// Connects to what is there (see open_sqlite and open_postgresql). `patience`: how long it waits
  /// for others.
  static Result<std::unique_ptr<Connection>> open(const Location& location, Access access,
                                                  std::chrono::milliseconds patience);
  virtual ~Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Runs a statement; how many rows it changed. `sql` must have static storage; named placeholders
  /// (":name"), each given in `parameters`, always in the same order.
  Result<std::int64_t> execute(std::string_view sql, Parameters parameters = {}) {
    return do_execute(sql, parameters);
  }
  /// Runs a query and calls `on_row` for each row; its first failure ends the query and is
  /// returned.
  virtual Result<void> query(std::string_view sql, Parameters parameters, OnRow on_row) = 0;
  /// Runs a statement that is used once, such as one of a migration; nothing is kept of it.
  virtual Result<void> run_once(const std::string& sql) = 0;
  virtual Result<bool> has_table(std::string_view name) = 0;
  /// "sqlite" or "postgresql".
  virtual std::string_view dialect() const noexcept = 0;

  /// Begins a transaction: a consistent view for reading; for writing, after every other writer has
  /// finished.
  virtual Result<void> begin() = 0;
  /// In a transaction: what follows can be kept or undone by itself, until one of the two is said.
  virtual Result<void> mark() = 0;
  /// Fails like `commit`, and leaves it to be undone.
  virtual Result<void> keep_since_mark() = 0;
  /// Fails: unavailable (the failure has undone the whole transaction).
  virtual Result<void> undo_since_mark() = 0;
  /// Makes it durable. Fails with the first failure of a statement in it, even if the caller passed
  /// over that: nothing is half-written. (SQLite lets a conflict pass; PostgreSQL does not.) Where
  /// the connection is lost meanwhile it fails as unavailable, and may be durable all the same.
  virtual Result<void> commit() = 0;
  /// Undoes it; cannot fail, at worst the connection is no longer usable().
  virtual void rollback() noexcept = 0;

  /// False after a failure that a new connection may not have.
  virtual bool usable() const noexcept = 0;

 protected:
  Connection() = default;

 private:
  virtual Result<std::int64_t> do_execute(std::string_view sql, Parameters parameters) = 0;
};

}  // namespace portal::sql
