#include "store/attempts.hpp"

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
std::string index_of(const Keyring& keyring, AttemptKind kind, std::string_view key) {
  return keyring.index("attempt/" + std::string(name_of(kind)), key);
}

}  // namespace

Result<int> SqlAttempts::count(AttemptKind kind, std::string_view key, UtcTime since) {
  const std::string index = index_of(context_.keyring, kind, key);
  const auto counted =
      sql::find_one<int>(context_.connection, kCount,
                         {{"kind", name_of(kind)}, {"key_index", index}, {"since", since}},
                         [](sql::Row& row) -> Result<int> { return row.small_integer(); });
  if (!counted) return fail(counted.error());
  return counted->value_or(0);
}

Result<Tally> SqlAttempts::tally(AttemptKind kind, std::string_view key, UtcTime since) {
  const std::string index = index_of(context_.keyring, kind, key);
  const auto found =
      sql::find_one<Tally>(context_.connection, kTally,
                           {{"kind", name_of(kind)}, {"key_index", index}, {"since", since}},
                           [](sql::Row& row) -> Result<Tally> {
                             const int count = row.small_integer();
                             return Tally{count, row.time()};
                           });
  if (!found) return fail(found.error());
  return found->value_or(Tally{});
}

Result<void> SqlAttempts::record(AttemptKind kind, std::string_view key, UtcTime now) {
  const std::string index = index_of(context_.keyring, kind, key);
  return sql::run(context_.connection, kRecord,
                  {{"kind", name_of(kind)}, {"key_index", index}, {"at", now}});
}

Result<void> SqlAttempts::forget(AttemptKind kind, std::string_view key) {
  const std::string index = index_of(context_.keyring, kind, key);
  return sql::run(context_.connection, kForget, {{"kind", name_of(kind)}, {"key_index", index}});
}

Result<void> SqlAttempts::forget_until(AttemptKind kind, std::string_view key, UtcTime until) {
  const std::string index = index_of(context_.keyring, kind, key);
  return sql::run(context_.connection, kForgetUntil,
                  {{"kind", name_of(kind)}, {"key_index", index}, {"until", until}});
}

Result<void> SqlAttempts::forget_at(AttemptKind kind, std::string_view key, UtcTime at) {
  const std::string index = index_of(context_.keyring, kind, key);
  return sql::run(context_.connection, kForgetAt,
                  {{"kind", name_of(kind)}, {"key_index", index}, {"at", at}});
}

}  // namespace portal
