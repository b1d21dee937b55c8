#include "store/migrations.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "store/keys.hpp"
#include "store/sql/queries.hpp"

namespace portal {
namespace {

constexpr const char* kOwnTables[] = {
    "create table schema_migrations (number integer not null primary key, name text not null, "
    "applied bigint not null)",
    "create table store_facts (name text not null primary key, value text not null)"};
constexpr std::string_view kNumber = "select max(number) from schema_migrations";
constexpr std::string_view kNoteMigration =
    "insert into schema_migrations (number, name, applied) values (:number, :name, :applied)";
constexpr std::string_view kNoteFingerprint =
    "insert into store_facts (name, value) values ('key', :value)";

/// The number of the last migration applied; nothing for a database without a schema.
Result<std::optional<std::int64_t>> schema_number(sql::Connection& connection) {
  const Result<bool> exists = connection.has_table("schema_migrations");
  if (!exists) return fail(exists.error());
  if (!*exists) return std::nullopt;
  return sql::find_one<std::int64_t>(
      connection, kNumber, {}, [](sql::Row& row) -> Result<std::int64_t> { return row.integer(); });
}

/// The first statement of a script, which loses it.
std::string_view take_statement(std::string_view& script) {
  constexpr std::string_view separator = "\n\n";
  const std::string_view statement = script.substr(0, script.find(separator));
  script.remove_prefix(std::min(script.size(), statement.size() + separator.size()));
  return statement;
}

std::string_view without_leading_comments(std::string_view statement) {
  while (statement.starts_with("--") || statement.starts_with('\n')) {
    const std::size_t end = statement.find('\n');
    statement.remove_prefix(end == std::string_view::npos ? statement.size() : end + 1);
  }
  return statement;
}

Result<void> run_script(sql::Connection& connection, std::string_view script) {
  while (!script.empty()) {
    const std::string_view block = take_statement(script);
    constexpr std::string_view only = "-- only ";
    if (block.starts_with(only) && !block.substr(only.size()).starts_with(connection.dialect())) {
      continue;
    }
    const std::string_view statement = without_leading_comments(block);
    if (statement.empty()) continue;
    Result<void> done = connection.run_once(std::string(statement));
    if (!done) return done;
  }
  return {};
}

/// A new database: the migrations' own tables and the fingerprint of its key.
Result<void> found(sql::Connection& connection, std::string_view fingerprint) {
  for (const char* table : kOwnTables) {
    Result<void> done = connection.run_once(table);
    if (!done) return done;
  }
  const auto noted = connection.execute(kNoteFingerprint, {{"value", fingerprint}});
  if (!noted) return fail(noted.error());
  return {};
}

/// In a transaction: applies `migration` unless another process has just done so.
Result<void> apply(sql::Connection& connection, const Migration& migration,
                   std::string_view fingerprint, UtcTime now) {
  const auto number = schema_number(connection);
  if (!number) return fail(number.error());
  if (number->value_or(0) >= migration.number) return {};
  Result<void> done;
  if (!*number) done = found(connection, fingerprint);
  if (done) done = run_script(connection, migration.sql);
  if (!done) return done;
  const auto noted = connection.execute(
      kNoteMigration, {{"number", migration.number}, {"name", migration.name}, {"applied", now}});
  if (!noted) return fail(noted.error());
  return {};
}

/// How many of `known` need not be looked at.
std::size_t applied_of(std::optional<std::int64_t> number, std::span<const Migration> known) {
  return std::min(static_cast<std::size_t>(number.value_or(0)), known.size());
}

}  // namespace

Result<int> prove_ownership(sql::Connection& connection, std::span<const Migration> known,
                            Fingerprints held) {
  const auto number = schema_number(connection);
  if (!number) return fail(number.error());
  if (!*number) return 0;
  if (**number > known.back().number) {
    return fail(Errc::denied, "store: the schema is of a newer program (number " +
                                  std::to_string(**number) + ")");
  }
  const auto used = used_fingerprints(connection);
  if (!used) return fail(used.error());
  if (used->empty()) return fail(Errc::denied, "store: it does not say which key it was made with");
  for (const std::string& fingerprint : *used) {
    if (std::ranges::find(held, fingerprint) == held.end()) {
      return fail(Errc::denied,
                  "store: it needs another key than those in the key file (fingerprint " +
                      fingerprint + ")");
    }
  }
  return static_cast<int>(**number);
}

Result<void> migrate(sql::Connection& connection, std::span<const Migration> known,
                     Fingerprints held, UtcTime now) {
  const auto number = schema_number(connection);
  if (!number) return fail(number.error());
  for (const Migration& migration : known.subspan(applied_of(*number, known))) {
    Result<void> done = connection.begin();
    if (!done) return done;
    done = apply(connection, migration, held.front(), now);
    if (!done) {
      connection.rollback();
      return done;
    }
    done = connection.commit();
    if (!done) return done;
  }
  const Result<int> proved = prove_ownership(connection, known, held);
  if (!proved) return fail(proved.error());
  return {};
}

}  // namespace portal
