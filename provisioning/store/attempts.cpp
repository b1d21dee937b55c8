#include "store/attempts.hpp"

#include <algorithm>

#include "domain/names.hpp"
#include "store/sql/queries.hpp"

namespace portal {
namespace {

constexpr std::string_view kCount =
    "select count(*) from attempts where kind = :kind and key_index = :key_index and at > :since";
constexpr std::string_view kTally =
    "select count(*), coalesce(max(at), 0) from attempts"
    " where kind = :kind and key_index = :key_index and at > :since";
constexpr std::string_view kRecord =
    "insert into attempts (kind, key_index, at) values (:kind, :key_index, :at)";
constexpr std::string_view kForget =
    "delete from attempts where kind = :kind and key_index = :key_index";
constexpr std::string_view kForgetUntil =
    "delete from attempts where kind = :kind and key_index = :key_index and at <= :until";
constexpr std::string_view kForgetAt =
    "delete from attempts where kind = :kind and key_index = :key_index and at = :at";

/// The same number or address has another index in each kind: they cannot be linked.
std::string purpose_of(AttemptKind kind) { return "attempt/" + std::string(name_of(kind)); }

}  // namespace

Result<int> SqlAttempts::count(AttemptKind kind, std::string_view key, UtcTime since) {
  int all = 0;
  for (const std::string& index : context_.keyring.indexes(purpose_of(kind), key)) {
    const auto counted =
        sql::find_one<int>(context_.connection, kCount,
                           {{"kind", name_of(kind)}, {"key_index", index}, {"since", since}},
                           [](sql::Row& row) -> Result<int> { return row.small_integer(); });
    if (!counted) return fail(counted.error());
    all += counted->value_or(0);
  }
  return all;
}

Result<Tally> SqlAttempts::tally(AttemptKind kind, std::string_view key, UtcTime since) {
  Tally all;
  for (const std::string& index : context_.keyring.indexes(purpose_of(kind), key)) {
    const auto found =
        sql::find_one<Tally>(context_.connection, kTally,
                             {{"kind", name_of(kind)}, {"key_index", index}, {"since", since}},
                             [](sql::Row& row) -> Result<Tally> {
                               const int count = row.small_integer();
                               return Tally{count, row.time()};
                             });
    if (!found) return fail(found.error());
    const Tally one = found->value_or(Tally{});
    all = Tally{all.count + one.count, std::max(all.last, one.last)};
  }
  return all;
}

Result<void> SqlAttempts::record(AttemptKind kind, std::string_view key, UtcTime now) {
  const std::string index = context_.keyring.index(purpose_of(kind), key);
  return sql::run(context_.connection, kRecord,
                  {{"kind", name_of(kind)}, {"key_index", index}, {"at", now}});
}

Result<void> SqlAttempts::forget(AttemptKind kind, std::string_view key) {
  for (const std::string& index : context_.keyring.indexes(purpose_of(kind), key)) {
    auto done =
        sql::run(context_.connection, kForget, {{"kind", name_of(kind)}, {"key_index", index}});
    if (!done) return done;
  }
  return {};
}

Result<void> SqlAttempts::forget_until(AttemptKind kind, std::string_view key, UtcTime until) {
  for (const std::string& index : context_.keyring.indexes(purpose_of(kind), key)) {
    auto done = sql::run(context_.connection, kForgetUntil,
                         {{"kind", name_of(kind)}, {"key_index", index}, {"until", until}});
    if (!done) return done;
  }
  return {};
}

Result<void> SqlAttempts::forget_at(AttemptKind kind, std::string_view key, UtcTime at) {
  for (const std::string& index : context_.keyring.indexes(purpose_of(kind), key)) {
    auto done = sql::run(context_.connection, kForgetAt,
                         {{"kind", name_of(kind)}, {"key_index", index}, {"at", at}});
    if (!done) return done;
  }
  return {};
}

}  // namespace portal
