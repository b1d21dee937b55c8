#include "store/imports.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "store/import_order.hpp"
#include "store/import_settling.hpp"
#include "store/keys.hpp"
#include "store/people_rows.hpp"
#include "store/sealed_texts.hpp"
#include "store/sql/queries.hpp"
#include "store/sql/text.hpp"

namespace portal {
namespace {

using sql::Row;
using sql::Text;

constexpr std::string_view kOpen =
    "insert into imports (number, id, owner, state, touched, spoilt, taken, settled_to, settled,"
    " added, updated, unchanged, letters) values"
    " ((select coalesce(max(number), 0) + 1 from imports), :id, :owner, 'open', :now, 0, 0, -1, 0,"
    " 0, 0, 0, 0)";
constexpr Text kImport =
    "select id, owner, state, touched, spoilt, taken, settled, added, updated, unchanged, letters"
    " from imports";
constexpr Text kImportById = kImport + " where id = :id";
constexpr Text kOpenOnes = kImport + " where state = 'open' order by touched, number";
constexpr std::string_view kNumber = "select number from imports where id = :id and state = 'open'";
constexpr std::string_view kAddRow =
    "insert into import_rows (import, line, person_key, ahv_index, person, person_index, language,"
    " personal, portal, audience, letter, code_hash, code_index, other_code_indexes) values"
    " (:import, :line, :person_key, :ahv_index, :person, :person_index, :language, :personal,"
    " :portal, :audience, :letter, :code_hash, :code_index, :other_code_indexes)"
    " on conflict do nothing";
constexpr std::string_view kSameRow =
    "select count(*) from import_rows where import = :import and line = :line"
    " and ahv_index = :ahv_index and person_index = :person_index and portal = :portal"
    " and audience = :audience and code_index = :code_index";
// One for each line: more would be as many as there are pairs.
constexpr std::string_view kClashes =
    "select line, other from (select mine.line as line, (select theirs.line from import_rows theirs"
    " where theirs.import = mine.import and theirs.person_key = mine.person_key"
    " and theirs.line <> mine.line and theirs.ahv_index = mine.ahv_index"
    " and (theirs.portal = mine.portal or theirs.person_index <> mine.person_index)"
    " order by theirs.line limit 1) as other"
    " from import_rows mine where mine.import = :import and mine.line between :first and :last)"
    " pairs where other is not null order by line";
constexpr std::string_view kLookAtPair =
    "select case when one.portal = other.portal then 1 else 0 end,"
    " case when one.person_index <> other.person_index then 1 else 0 end"
    " from import_rows one join import_rows other on other.import = one.import"
    " where one.import = :import and one.line = :line and other.line = :other";
constexpr std::string_view kTake =
    "update imports set touched = :now, taken = taken + :added where number = :import";
constexpr std::string_view kTaken = "select taken from imports where number = :import";
constexpr std::string_view kSpoil =
    "update imports set touched = :now, spoilt = 1 where id = :id and state = 'open'";
constexpr std::string_view kCommit =
    "update imports set state = 'committed', touched = :now, committed = :now,"
    " letters_expire = :letters_expire,"
    " serial = (select coalesce(max(serial), 0) + 1 from imports)"
    " where id = :id and state = 'open' and spoilt = 0";
constexpr std::string_view kAbandon =
    "update imports set state = 'abandoned' where id = :id and state = 'open'";
constexpr std::string_view kHasWork =
    "select count(*) from imports where state in ('committed', 'settled', 'abandoned')"
    " or (state = 'open' and touched < :untouched_since)";
constexpr std::string_view kEnded =
    "select number from imports where state in ('settled', 'abandoned') order by number limit 1";
constexpr std::string_view kLastToForget =
    "select max(line) from (select line from import_rows where import = :import order by line"
    " limit :rows) next";
constexpr std::string_view kForgetRows =
    "delete from import_rows where import = :import and line <= :line";
constexpr std::string_view kForgetImport =
    "delete from imports where number = :import and state = 'abandoned'";
constexpr std::string_view kDone =
    "update imports set state = 'done' where number = :import and state = 'settled'";

struct NamedState {
  ImportState state;
  std::string_view name;
};
// An import that is settled is done for everybody else: only its rows are still to be deleted.
constexpr std::array<NamedState, 5> kStates = {{{ImportState::open, "open"},
                                                {ImportState::committed, "committed"},
                                                {ImportState::done, "settled"},
                                                {ImportState::done, "done"},
                                                {ImportState::abandoned, "abandoned"}}};

Result<Import> read_import(Row& row) {
  Import import;
  import.id = ImportId(std::string(row.text()));
  import.owner = row.text();
  const auto state = std::ranges::find(kStates, row.text(), &NamedState::name);
  if (state == kStates.end()) return damaged("imports/" + import.id.text() + "/state");
  import.state = state->state;
  import.touched = row.time();
  import.spoilt = row.truth();
  import.rows = row.integer();
  import.settled = row.integer();
  import.report.added = row.integer();
  import.report.updated = row.integer();
  import.report.unchanged = row.integer();
  import.report.letters = row.integer();
  return import;
}

Result<std::int64_t> read_integer(Row& row) { return row.integer(); }

/// Alike for rows that say the same of one person.
std::string person_index(const Keyring& keyring, const PersonRow& row) {
  std::string packed;
  packed.reserve(row.given_name.size() + row.family_name.size() + 64);
  pack(packed, row.born.iso());
  pack(packed, row.given_name);
  pack(packed, row.family_name);
  pack(packed, code_of(row.language));
  std::string index = keyring.index("import/" + row.ahv.digits(), packed);
  wipe(packed);
  return index;
}

}  // namespace

Result<void> SqlImports::open(const ImportId& id, std::string_view owner, UtcTime now) {
  const auto resealing = is_resealing(context_.connection);
  if (!resealing) return fail(resealing.error());
  if (*resealing) {
    return fail(Errc::conflict,
                "the master key is being changed, and people are looked up by it: wait until "
                "nothing is left to be sealed (portalctl key status)");
  }
  return sql::run(context_.connection, kOpen, {{"id", id.text()}, {"owner", owner}, {"now", now}});
}

Result<Import> SqlImports::get(const ImportId& id) {
  return sql::required(
      sql::find_one<Import>(context_.connection, kImportById, {{"id", id.text()}}, read_import),
      "import");
}

Result<std::vector<Import>> SqlImports::open_ones() {
  return sql::find_all<Import>(context_.connection, kOpenOnes, {}, read_import);
}

SealedRow SqlImports::sealed(const ImportRow& numbered, UtcTime now) const {
  const PersonRow& row = numbered.row;
  const Keyring& keyring = context_.keyring;
  SealedRow sealed;
  sealed.line = numbered.line;
  sealed.ahv_index = ahv_index(keyring, row.ahv);
  const std::int64_t key = person_key(sealed.ahv_index);
  sealed.person = PersonId(placed_identifier(now, key));
  sealed.person_index = person_index(keyring, row);
  sealed.language = row.language;
  sealed.personal = seal_personal(keyring, Person{sealed.person, row.ahv, row.born, row.given_name,
                                                  row.family_name, row.language});
  sealed.portal = row.portal;
  sealed.audience = row.audience;
  if (!row.code) return sealed;
  sealed.letter = LetterId(placed_identifier(now, key));
  StoredCode code = stored_code(keyring, sealed.letter, sealed.ahv_index, row.portal, *row.code);
  sealed.code_hash = std::move(code.hash);
  sealed.code_index = std::move(code.index);
  sealed.other_code_indexes = other_code_indexes(keyring, row.ahv, row.portal, *row.code);
  return sealed;
}

std::vector<SealedRow> SqlImports::seal(std::span<const ImportRow> rows, UtcTime now) const {
  std::vector<SealedRow> all;
  all.reserve(rows.size());
  for (const ImportRow& row : rows) all.push_back(sealed(row, now));
  return all;
}

/// False if the line is there already.
Result<bool> SqlImports::add_row(std::int64_t import, const SealedRow& row) {
  return sql::changes(context_.connection, kAddRow,
                      {{"import", import},
                       {"line", row.line},
                       {"person_key", person_key(row.ahv_index)},
                       {"ahv_index", row.ahv_index},
                       {"person", row.person.text()},
                       {"person_index", row.person_index},
                       {"language", code_of(row.language)},
                       {"personal", row.personal},
                       {"portal", row.portal.text()},
                       {"audience", row.audience.text()},
                       {"letter", row.letter.text()},
                       {"code_hash", row.code_hash},
                       {"code_index", row.code_index},
                       {"other_code_indexes", row.other_code_indexes}});
}

Result<bool> SqlImports::is_there(std::int64_t import, const SealedRow& row) {
  const auto same = sql::find_one<std::int64_t>(context_.connection, kSameRow,
                                                {{"import", import},
                                                 {"line", row.line},
                                                 {"ahv_index", row.ahv_index},
                                                 {"person_index", row.person_index},
                                                 {"portal", row.portal.text()},
                                                 {"audience", row.audience.text()},
                                                 {"code_index", row.code_index}},
                                                read_integer);
  if (!same) return fail(same.error());
  return same->value_or(0) > 0;
}

Result<RowClash> SqlImports::look_at(std::int64_t import, RowClash clash) {
  const Result<void> looked = context_.connection.query(
      kLookAtPair, {{"import", import}, {"line", clash.line}, {"other", clash.other}},
      [&](Row& row) -> Result<void> {
        clash.is_twice = row.truth();
        clash.contradicts = row.truth();
        return {};
      });
  if (!looked) return fail(looked.error());
  return clash;
}

Result<std::vector<RowClash>> SqlImports::clashes_of(std::int64_t import,
                                                     std::span<const SealedRow> rows) {
  const auto [first, last] = std::ranges::minmax_element(rows, {}, &SealedRow::line);
  std::map<std::int64_t, std::int64_t> pairs;
  const Result<void> read = context_.connection.query(
      kClashes, {{"import", import}, {"first", first->line}, {"last", last->line}},
      [&](Row& row) -> Result<void> {
        const std::int64_t mine = row.integer();
        const std::int64_t theirs = row.integer();
        // Chunks may come in any order: the fault is that of the later line.
        pairs.try_emplace(std::max(mine, theirs), std::min(mine, theirs));
        return {};
      });
  if (!read) return fail(read.error());
  std::vector<RowClash> clashes;
  for (const auto& [line, other] : pairs) {
    Result<RowClash> clash = look_at(import, {line, other, false, false});
    if (!clash) return fail(std::move(clash).error());
    clashes.push_back(*clash);
  }
  return clashes;
}

Result<RowsAdded> SqlImports::add(const ImportId& id, std::span<const SealedRow> rows,
                                  UtcTime now) {
  const auto import = sql::required(
      sql::find_one<std::int64_t>(context_.connection, kNumber, {{"id", id.text()}}, read_integer),
      "open import");
  if (!import) return fail(import.error());
  if (auto same = seals_with_the_active_key(context_); !same) return fail(std::move(same).error());
  const std::string mark = context_.keyring.mark();
  const bool is_sealed = std::ranges::all_of(
      rows, [&](const SealedRow& row) { return row.personal.starts_with(mark); });
  if (!is_sealed) return fail(Errc::unavailable, "store: rows are sealed with another key");
  RowsAdded added;
  std::int64_t fresh = 0;
  for (const SealedRow& row : rows) {
    const Result<bool> is_fresh = add_row(*import, row);
    if (!is_fresh) return fail(is_fresh.error());
    fresh += *is_fresh ? 1 : 0;
    const Result<bool> is_known = *is_fresh ? Result<bool>(true) : is_there(*import, row);
    if (!is_known) return fail(is_known.error());
    if (!*is_known) added.clashes.push_back({row.line, row.line, false, false});
  }
  auto taken =
      sql::run(context_.connection, kTake, {{"now", now}, {"added", fresh}, {"import", *import}});
  if (!taken) return fail(std::move(taken).error());
  if (!rows.empty()) {
    const auto clashes = clashes_of(*import, rows);
    if (!clashes) return fail(clashes.error());
    added.clashes.insert(added.clashes.end(), clashes->begin(), clashes->end());
  }
  if (!added.clashes.empty()) {
    if (auto spoilt = spoil(id, now); !spoilt) return fail(std::move(spoilt).error());
  }
  const auto in_all =
      sql::find_one<std::int64_t>(context_.connection, kTaken, {{"import", *import}}, read_integer);
  if (!in_all) return fail(in_all.error());
  added.rows_in_all = in_all->value_or(0);
  return added;
}

Result<void> SqlImports::spoil(const ImportId& id, UtcTime now) {
  return sql::must_change(context_.connection, kSpoil, {{"now", now}, {"id", id.text()}},
                          Errc::conflict, "the import is not open");
}

Result<void> SqlImports::commit(const ImportId& id, UtcTime now, UtcTime letters_expire) {
  return sql::must_change(context_.connection, kCommit,
                          {{"now", now}, {"letters_expire", letters_expire}, {"id", id.text()}},
                          Errc::conflict, "the import is not open, or spoilt");
}

Result<void> SqlImports::abandon(const ImportId& id) {
  return sql::must_change(context_.connection, kAbandon, {{"id", id.text()}}, Errc::conflict,
                          "the import is not open");
}

Result<bool> SqlImports::has_work(UtcTime untouched_since) {
  const auto works = sql::find_one<std::int64_t>(
      context_.connection, kHasWork, {{"untouched_since", untouched_since}}, read_integer);
  if (!works) return fail(works.error());
  return works->value_or(0) > 0;
}

Result<int> SqlImports::settle(int rows) { return settle_next(context_, rows); }

Result<void> SqlImports::settle_person(std::string_view ahv_index) {
  return settle_rows(context_, ahv_index);
}

Result<int> SqlImports::forget(int rows) {
  const auto import = sql::find_one<std::int64_t>(context_.connection, kEnded, {}, read_integer);
  if (!import) return fail(import.error());
  if (!*import) return 0;
  const auto last = sql::find_one<std::int64_t>(
      context_.connection, kLastToForget, {{"import", **import}, {"rows", rows}}, read_integer);
  if (!last) return fail(last.error());
  const auto gone =
      context_.connection.execute(kForgetRows, {{"import", **import}, {"line", last->value_or(0)}});
  if (!gone) return fail(gone.error());
  if (*gone < rows) {
    for (const std::string_view end : {kForgetImport, kDone}) {
      auto ended = sql::run(context_.connection, end, {{"import", **import}});
      if (!ended) return fail(std::move(ended).error());
    }
  }
  return static_cast<int>(*gone);
}

}  // namespace portal
