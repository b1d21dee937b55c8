#include "store/sql/soci_connection.hpp"

#include <charconv>
#include <utility>

namespace portal::sql {

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
struct SociConnection::Prepared {
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

bool SociConnection::Prepared::bind(Parameters parameters) {
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

SociConnection::SociConnection(const soci::backend_factory& factory, const std::string& connect,
                               Access access)
    : session_(factory, connect), access_(access) {}
SociConnection::~SociConnection() = default;

Error SociConnection::noted(Verdict verdict) {
  if (verdict.spoils_connection) usable_ = false;
  if (in_transaction_ && verdict.dooms_transaction && !failed_) failed_ = verdict.error;
  return std::move(verdict.error);
}

/// Runs `act`; SOCI's exceptions become errors without their texts.
template <class Act>
auto SociConnection::guarded(Act&& act) -> decltype(act()) {
  try {
    return act();
  } catch (const soci::soci_error& thrown) {
    return fail(noted(judge(thrown)));
  }
}

Result<SociConnection::Prepared*> SociConnection::prepared(std::string_view sql,
                                                           Parameters parameters) {
  if (!accepts(parameters)) return fail(Errc::internal, "store: a text with a NUL");
  std::unique_ptr<Prepared>& known = statements_[sql];
  if (!known) {
    auto fresh = std::make_unique<Prepared>();
    fresh->in.reserve(parameters.size());
    for (const Parameter& parameter : parameters) {
      fresh->in.push_back({std::string(parameter.name), parameter.value.kind(), {}});
    }
    fresh->statement = std::make_unique<soci::statement>(session_);
    soci::statement& statement = *fresh->statement;
    statement.alloc();
    statement.prepare(std::string(sql));
    fresh->out.resize(column_count(statement));
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

Result<std::int64_t> SociConnection::do_execute(std::string_view sql, Parameters parameters) {
  const Result<Prepared*> statement = guarded([&] { return prepared(sql, parameters); });
  if (!statement) return fail(statement.error());
  Result<std::int64_t> changed = guarded([&]() -> Result<std::int64_t> {
    (*statement)->statement->execute(true);
    return (*statement)->statement->get_affected_rows();
  });
  if (!changed) forget_failed(sql);
  return changed;
}

Result<void> SociConnection::query(std::string_view sql, Parameters parameters, OnRow on_row) {
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
  if (!done) forget_failed(sql);
  return done;
}

/// A failed statement may hold a lock, or SOCI's copies of what was bound; it is prepared anew when
/// it is wanted again.
void SociConnection::forget_failed(std::string_view sql) {
  auto failed = statements_.extract(sql);
  if (!failed.empty() && !forgets_at_once()) to_forget_.push_back(std::move(failed.mapped()));
}

Result<void> SociConnection::run_once(const std::string& sql) {
  return guarded([&]() -> Result<void> {
    soci::statement statement(session_);
    statement.alloc();
    statement.prepare(sql);
    statement.define_and_bind();
    statement.execute(true);
    return {};
  });
}

Result<bool> SociConnection::has_table(std::string_view name) {
  bool found = false;
  const Result<void> done = query(table_query(), {{"name", name}}, [&](Row&) -> Result<void> {
    found = true;
    return {};
  });
  if (!done) return fail(done.error());
  return found;
}

Result<void> SociConnection::begin() {
  failed_.reset();
  to_forget_.clear();
  Result<void> begun = begin_transaction();
  in_transaction_ = begun.has_value();
  if (!begun) rollback();  // it may have begun, and failed to get its lock
  return begun;
}

Result<void> SociConnection::mark() { return control("savepoint work"); }

Result<void> SociConnection::keep_since_mark() {
  if (failed_) return fail(*failed_);
  return control("release work");
}

Result<void> SociConnection::undo_since_mark() {
  if (is_transaction_gone() || !control("rollback to work") || !control("release work")) {
    return fail(Errc::unavailable, failed_ ? failed_->detail : "store: it was rolled back");
  }
  failed_.reset();
  return {};
}

Result<void> SociConnection::commit() {
  Result<void> done;
  if (failed_) {
    done = fail(*failed_);
  } else if (const Result<void> committed = control("commit"); !committed) {
    done = fail(Errc::unavailable, committed.error().detail);
  }
  if (!done) rollback();
  in_transaction_ = false;
  return done;
}

void SociConnection::rollback() noexcept {
  in_transaction_ = false;
  // Some failures (a full disk) have rolled back already.
  if (is_transaction_gone()) return;
  try {
    if (!control("rollback")) usable_ = false;
  } catch (...) {
    usable_ = false;
  }
}

}  // namespace portal::sql
