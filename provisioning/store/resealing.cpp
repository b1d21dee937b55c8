#include "store/resealing.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <vector>

#include "identity/email_address.hpp"
#include "store/sealed_texts.hpp"
#include "store/sql/queries.hpp"

namespace portal {
namespace {

using sql::Row;

/// A sealed column.
struct Column {
  std::string_view name;
  std::string sealed;
};

struct KeyedRow {
  std::string id;
  std::vector<Column> columns;
};

/// What is found by an index: the index's column and its value under the active key.
struct Index {
  std::string_view name;
  std::string value;
};
using Indexes = std::vector<Index>;

/// Fails: internal (damaged).
using MakeIndexes = Result<Indexes> (*)(const Keyring&, const KeyedRow&);

struct Table {
  std::string_view name;
  std::vector<std::string_view> columns;
  std::string_view select;  ///< the id, then the columns
  std::string_view update;
  MakeIndexes indexes;
};

Result<Indexes> none(const Keyring&, const KeyedRow&) { return Indexes(); }

Result<Indexes> of_person(const Keyring& keyring, const KeyedRow& row) {
  const std::string place = place_of("people", row.id, "personal");
  const auto texts = SealedTexts::open(keyring, place, row.columns[0].sealed, 1);
  if (!texts) return fail(texts.error());
  const std::string_view ahv = (*texts)[0];
  return Indexes{
      {"ahv_index", ahv.empty() ? keyring.index("person", row.id) : keyring.index("ahv", ahv)}};
}

Result<Indexes> of_account(const Keyring& keyring, const KeyedRow& row) {
  const std::string place = place_of("accounts", row.id, "personal");
  const auto texts = SealedTexts::open(keyring, place, row.columns[0].sealed, 2);
  if (!texts) return fail(texts.error());
  const Result<EmailAddress> email = EmailAddress::parse((*texts)[0]);
  if (!email) return damaged(place);
  return Indexes{{"email_index", keyring.index("email", email->key())},
                 {"login_index", keyring.index("login_name", (*texts)[1])}};
}

const std::array<Table, 6>& tables() {
  static const std::array<Table, 6> all = {{
      {"accounts",
       {"personal", "dn"},
       "select id, personal, dn from accounts where id > :after order by id limit :limit",
       "update accounts set personal = :personal, dn = :dn, email_index = :email_index,"
       " login_index = :login_index where id = :id",
       of_account},
      {"factors",
       {"personal"},
       "select id, personal from factors where id > :after order by id limit :limit",
       "update factors set personal = :personal where id = :id",
       none},
      {"outbox",
       {"content", "trouble"},
       "select id, content, trouble from outbox where id > :after"
       " and (content <> '' or trouble <> '') order by id limit :limit",
       "update outbox set content = :content, trouble = :trouble where id = :id",
       none},
      {"password_resets",
       {"personal"},
       "select id, personal from password_resets where id > :after order by id limit :limit",
       "update password_resets set personal = :personal where id = :id",
       none},
      {"people",
       {"personal"},
       "select id, personal from people where id > :after order by id limit :limit",
       "update people set personal = :personal, ahv_index = :ahv_index where id = :id",
       of_person},
      {"registrations",
       {"personal"},
       "select id, personal from registrations where id > :after and personal <> ''"
       " order by id limit :limit",
       "update registrations set personal = :personal where id = :id",
       none},
  }};
  return all;
}

Result<std::vector<KeyedRow>> rows_of(sql::Connection& connection, const Table& table,
                                      std::string_view after, int limit) {
  return sql::find_all<KeyedRow>(connection, table.select, {{"after", after}, {"limit", limit}},
                                 [&](Row& row) -> Result<KeyedRow> {
                                   KeyedRow read;
                                   read.id = row.text();
                                   for (const std::string_view name : table.columns)
                                     read.columns.push_back({name, std::string(row.text())});
                                   return read;
                                 });
}

bool is_done(const KeyedRow& row, std::string_view mark) {
  return std::ranges::all_of(row.columns, [&](const Column& column) {
    return column.sealed.empty() || column.sealed.starts_with(mark);
  });
}

/// False if the row cannot be read.
Result<bool> reseal(const StoreContext& context, const Table& table, KeyedRow& row) {
  const Keyring& keyring = context.keyring;
  const Result<Indexes> indexes = table.indexes(keyring, row);
  if (!indexes) return false;
  std::vector<std::string> sealed;
  for (const Column& column : row.columns) {
    if (column.sealed.empty()) {
      sealed.emplace_back();
      continue;
    }
    const std::string place = place_of(table.name, row.id, column.name);
    const Result<Secret> plain = keyring.open(column.sealed, place);
    if (!plain) return false;
    sealed.push_back(keyring.seal(plain->reveal(), place));
  }
  std::vector<sql::Parameter> parameters;
  for (std::size_t i = 0; i < sealed.size(); ++i)
    parameters.push_back({row.columns[i].name, sealed[i]});
  for (const Index& index : *indexes) parameters.push_back({index.name, index.value});
  parameters.push_back({"id", row.id});
  auto done = sql::run(context.connection, table.update, parameters);
  if (!done) return fail(std::move(done).error());
  return true;
}

}  // namespace

std::span<const std::string_view> resealed_places() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> made;
    std::ranges::transform(tables(), std::back_inserter(made), &Table::name);
    return made;
  }();
  return names;
}

Result<ResealedRows> reseal_rows(const StoreContext& context, std::string_view place,
                                 std::string_view after, int limit) {
  const auto table = std::ranges::find(tables(), place, &Table::name);
  if (table == tables().end())
    return fail(Errc::internal, "store: nothing is sealed in " + std::string(place));
  auto rows = rows_of(context.connection, *table, after, limit);
  if (!rows) return fail(std::move(rows).error());
  const std::string mark = context.keyring.mark();
  ResealedRows done;
  for (KeyedRow& row : *rows) {
    if (is_done(row, mark)) continue;
    const Result<bool> readable = reseal(context, *table, row);
    if (!readable) return fail(readable.error());
    *readable ? ++done.rows : ++done.unreadable;
  }
  if (rows->size() == static_cast<std::size_t>(limit)) done.last = rows->back().id;
  return done;
}

}  // namespace portal
