#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/function_ref.hpp"
#include "base/result.hpp"
#include "store/sql/values.hpp"

namespace portal::sql {

/// One connection to the database, for one thread at a time. Statements are prepared once and kept.
/// Errors name the result code alone: SOCI's own texts hold the bound values (requirement J4).
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

  /// Connects to an existing SQLite file and makes the settings that the store relies on: WAL,
  /// full synchronisation, foreign keys, deleted content overwritten.
  static Result<std::unique_ptr<Connection>> open(const std::filesystem::path& file, Access access,
                                                  std::chrono::milliseconds patience);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Runs a statement; how many rows it changed. `sql` must have static storage; named placeholders
  /// (":name"), each given in `parameters`, always in the same order.
  Result<std::int64_t> execute(std::string_view sql, Parameters parameters = {});
  /// Runs a query and calls `on_row` for each row; its first failure ends the query and is
  /// returned.
  Result<void> query(std::string_view sql, Parameters parameters, OnRow on_row);
  /// Runs a statement that is used once, such as one of a migration; nothing is kept of it.
  Result<void> run_once(const std::string& sql);
  Result<bool> has_table(std::string_view name);

  /// Begins a transaction: a consistent view for reading; for writing, after every other writer has
  /// finished.
  Result<void> begin();
  /// In a transaction: what follows can be kept or undone by itself, until one of the two is said.
  Result<void> mark();
  /// Fails like `commit`, and leaves it to be undone.
  Result<void> keep_since_mark();
  /// Fails: unavailable (the failure has undone the whole transaction).
  Result<void> undo_since_mark();
  /// Makes it durable. Fails with the first failure of a statement in it but conflict, even if the
  /// caller passed over that: nothing is half-written.
  Result<void> commit();
  /// Undoes it; cannot fail, at worst the connection is no longer usable().
  void rollback() noexcept;

  /// False after a failure that a new connection may not have.
  bool usable() const noexcept;

 private:
  struct Backend;
  struct Prepared;

  explicit Connection(std::unique_ptr<Backend> backend);
  Result<Prepared*> prepared(std::string_view sql, Parameters parameters);
  template <class Act>
  auto guarded(Act&& act) -> decltype(act());
  Error failure(int primary_code);
  Result<void> configure(std::chrono::milliseconds patience);

  std::unique_ptr<Backend> backend_;
};

}  // namespace portal::sql
