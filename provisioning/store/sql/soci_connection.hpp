#pragma once

#include <soci/soci.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "store/sql/connection.hpp"

// SOCI stays in the source files of this folder: nobody else includes this.

namespace portal::sql {

struct Row::Cell {
  std::string text;
  soci::indicator indicator = soci::i_null;
};

/// What the databases have in common behind SOCI: statements that are prepared once, and the
/// bookkeeping of a transaction. What is said of them differently is left to each.
class SociConnection : public Connection {
 public:
  ~SociConnection() override;

  Result<void> query(std::string_view sql, Parameters parameters, OnRow on_row) final;
  Result<void> run_once(const std::string& sql) final;
  Result<bool> has_table(std::string_view name) final;
  Result<void> begin() final;
  Result<void> mark() final;
  Result<void> keep_since_mark() final;
  Result<void> undo_since_mark() final;
  Result<void> commit() final;
  void rollback() noexcept final;
  bool usable() const noexcept final { return usable_; }

 protected:
  /// What a failure means.
  struct Verdict {
    Error error;
    bool spoils_connection;  ///< a new one may do better
    bool dooms_transaction;  ///< it must not be committed, even if the caller passes over this
  };

  SociConnection(const soci::backend_factory& factory, const std::string& connect, Access access);

  soci::session& session() noexcept { return session_; }
  Access access() const noexcept { return access_; }

  /// Says nothing of the failure's own text: it holds bound values.
  virtual Verdict judge(const soci::soci_error& failure) = 0;
  /// Remembers what a failure does to the transaction and the connection.
  Error noted(Verdict verdict);
  virtual std::size_t column_count(soci::statement& prepared) = 0;
  /// True if no transaction is open, as when a failure has ended it.
  virtual bool is_transaction_gone() = 0;
  /// Begins a transaction for writing after every other writer, or one for reading.
  virtual Result<void> begin_transaction() = 0;
  /// A statement that begins, ends or marks a transaction.
  virtual Result<void> control(const char* sql) = 0;
  /// False for texts that would not come back whole.
  virtual bool accepts(Parameters) const noexcept { return true; }
  /// False if the transaction in which a statement failed must be over before it can be forgotten.
  virtual bool forgets_at_once() const noexcept { return true; }
  /// Text of a query with the placeholder :name that gives a row if there is a table of that name.
  virtual std::string_view table_query() const noexcept = 0;

 private:
  struct Prepared;

  Result<std::int64_t> do_execute(std::string_view sql, Parameters parameters) final;
  Result<Prepared*> prepared(std::string_view sql, Parameters parameters);
  template <class Act>
  auto guarded(Act&& act) -> decltype(act());
  void forget_failed(std::string_view sql);

  soci::session session_;
  const Access access_;
  bool usable_ = true;
  bool in_transaction_ = false;
  std::optional<Error> failed_;  ///< the first failure that dooms this transaction
  // After the session: statements must go first.
  std::unordered_map<std::string_view, std::unique_ptr<Prepared>> statements_;
  std::vector<std::unique_ptr<Prepared>> to_forget_;
};

}  // namespace portal::sql
