#include "store/import_settling.hpp"

#include <utility>
#include <vector>

#include "store/import_order.hpp"
#include "store/people_rows.hpp"
#include "store/sql/queries.hpp"
#include "store/sql/text.hpp"

namespace portal {
namespace {

using sql::Row;
using sql::Text;

constexpr Text kWaiting =
    "select i.number, i.committed, i.letters_expire, r.line, r.ahv_index, r.person, r.language,"
    " r.personal, r.portal, r.audience, r.letter, r.code_hash, r.code_index,"
    " r.other_code_indexes"
    " from imports i join import_rows r on r.import = i.number";
constexpr Text kWaitingOfIndex = kWaiting +
                                 " where i.state = 'committed' and r.person_key > i.settled_to"
                                 " and r.person_key = :person_key and r.ahv_index = :ahv_index"
                                 " order by i.serial, r.line";
constexpr Text kNext = kWaiting +
                       " where i.number = :import and r.person_key > i.settled_to"
                       " and r.person_key <= :last order by r.person_key, r.line";

constexpr std::string_view kAnyWaits = "select count(*) from imports where state = 'committed'";
constexpr std::string_view kIndexOf = "select ahv_index from people where id = :id";
constexpr std::string_view kIndexBehind =
    "select p.ahv_index from letters l join people p on p.id = l.person where l.id = :id";
constexpr std::string_view kOldest =
    "select number from imports where state = 'committed' order by serial limit 1";
constexpr std::string_view kLastOfNext =
    "select person_key from (select r.person_key from imports i join import_rows r"
    " on r.import = i.number where i.number = :import and r.person_key > i.settled_to"
    " order by r.person_key limit :rows) next order by person_key desc limit 1";
constexpr std::string_view kAddPerson =
    "insert into people (id, ahv_index, language, personal)"
    " values (:id, :ahv_index, :language, :personal) on conflict do nothing";
constexpr std::string_view kPerson =
    "select id, language, personal from people where ahv_index = :ahv_index";
constexpr std::string_view kChangePerson =
    "update people set language = :language, personal = :personal where id = :id";
constexpr std::string_view kNewestCode =
    "select audience, code_index from letters where person = :person and portal = :portal"
    " order by serial desc limit 1";
constexpr std::string_view kCount =
    "update imports set settled = settled + :settled, added = added + :added,"
    " updated = updated + :updated, unchanged = unchanged + :unchanged,"
    " letters = letters + :letters where number = :import";
constexpr std::string_view kForgetRow =
    "delete from import_rows where import = :import and line = :line";
constexpr std::string_view kSpoilOpenOnesOf =
    "update imports set spoilt = 1 where state = 'open' and number in (select import from"
    " import_rows where person_key = :person_key and ahv_index = :ahv_index)";
constexpr std::string_view kForgetRowsOf =
    "delete from import_rows where person_key = :person_key and ahv_index = :ahv_index";
constexpr std::string_view kSettledTo =
    "update imports set settled_to = :last where number = :import";
constexpr std::string_view kSettled = "update imports set state = 'settled' where number = :import";

/// A row that is in force and waits to be settled.
struct WaitingRow {
  std::int64_t import;
  UtcTime committed;
  UtcTime letters_expire;
  std::int64_t line;
  std::string ahv_index;
  PersonId person;
  std::string language;
  std::string personal;
  PortalId portal;
  AudienceId audience;
  LetterId letter;
  StoredCode code;
  std::string other_code_indexes;
};

Result<WaitingRow> read_waiting(Row& row) {
  WaitingRow waiting;
  waiting.import = row.integer();
  waiting.committed = row.time();
  waiting.letters_expire = row.time();
  waiting.line = row.integer();
  waiting.ahv_index = row.text();
  waiting.person = PersonId(std::string(row.text()));
  waiting.language = row.text();
  waiting.personal = row.text();
  waiting.portal = PortalId(std::string(row.text()));
  waiting.audience = AudienceId(std::string(row.text()));
  waiting.letter = LetterId(std::string(row.text()));
  waiting.code.hash = row.text();
  waiting.code.index = row.text();
  waiting.other_code_indexes = row.text();
  return waiting;
}

/// Whether a letter's index is that of the row's code; '' is of none.
bool is_index_of(const WaitingRow& row, std::string_view index) {
  return index == row.code.index ||
         (!index.empty() && row.other_code_indexes.find(index) != std::string::npos);
}

class Settling {
 public:
  explicit Settling(StoreContext context)
      : connection_(context.connection), keyring_(context.keyring) {}

  Result<void> settle(const WaitingRow& row) {
    const Result<bool> is_new = sql::changes(connection_, kAddPerson,
                                             {{"id", row.person.text()},
                                              {"ahv_index", row.ahv_index},
                                              {"language", row.language},
                                              {"personal", row.personal}});
    if (!is_new) return fail(is_new.error());
    report_.added += *is_new ? 1 : 0;
    const Result<PersonId> id = *is_new ? Result<PersonId>(row.person) : bring_up_to_date(row);
    if (!id) return fail(id.error());
    return row.letter.empty() ? Result<void>() : renew_letter(row, *id, *is_new);
  }

  Result<void> count(std::int64_t import, std::int64_t settled) {
    const ImportReport report = std::exchange(report_, {});
    return sql::run(connection_, kCount,
                    {{"settled", settled},
                     {"added", report.added},
                     {"updated", report.updated},
                     {"unchanged", report.unchanged},
                     {"letters", report.letters},
                     {"import", import}});
  }

 private:
  /// Of somebody who is known already.
  Result<PersonId> bring_up_to_date(const WaitingRow& row) {
    Result<Person> known = sql::required(
        sql::find_one<Person>(connection_, kPerson, {{"ahv_index", row.ahv_index}},
                              [&](Row& found) { return read_person(found, keyring_); }),
        "person");
    if (!known) return fail(std::move(known).error());
    Result<Person> said = open_personal(keyring_, row.person, row.language, row.personal);
    if (!said) return fail(std::move(said).error());
    const bool is_same = known->born == said->born && known->given_name == said->given_name &&
                         known->family_name == said->family_name &&
                         known->language == said->language;
    (is_same ? report_.unchanged : report_.updated) += 1;
    if (is_same) return std::move(known->id);
    said->id = known->id;
    auto changed = sql::run(connection_, kChangePerson,
                            {{"language", row.language},
                             {"personal", seal_personal(keyring_, *said)},
                             {"id", known->id.text()}});
    if (!changed) return fail(std::move(changed).error());
    return std::move(known->id);
  }

  /// Requirement R3: the code counts from the commit on, if it is not the one that counts already.
  Result<void> renew_letter(const WaitingRow& row, const PersonId& person, bool is_new) {
    const Letter letter{row.letter,         person,       row.portal,  row.audience, row.committed,
                        row.letters_expire, std::nullopt, std::nullopt};
    if (!is_new) {
      const auto is_known = has_code_already(row, person);
      if (!is_known) return fail(is_known.error());
      if (*is_known) return {};
      if (auto killed = kill_earlier(connection_, letter); !killed) return killed;
    }
    report_.letters += 1;
    return add_letter(connection_, letter, row.code);
  }

  Result<bool> has_code_already(const WaitingRow& row, const PersonId& person) {
    bool is_known = false;
    const Result<void> read =
        connection_.query(kNewestCode, {{"person", person.text()}, {"portal", row.portal.text()}},
                          [&](Row& newest) -> Result<void> {
                            const bool same_audience = newest.text() == row.audience.text();
                            is_known = same_audience && is_index_of(row, newest.text());
                            return {};
                          });
    if (!read) return fail(read.error());
    return is_known;
  }

  sql::Connection& connection_;
  const Keyring& keyring_;
  ImportReport report_;
};

Result<void> settle_found(StoreContext context, Result<std::vector<WaitingRow>> found) {
  if (!found) return fail(std::move(found).error());
  if (found->empty()) return {};
  if (context.unsettled != nullptr) {
    *context.unsettled = found->front().ahv_index;
    return fail(Errc::unavailable, "store: rows of an import are to be settled first");
  }
  Settling settling(context);
  for (const WaitingRow& row : *found) {
    if (auto done = settling.settle(row); !done) return done;
    if (auto done = settling.count(row.import, 1); !done) return done;
    auto gone =
        sql::run(context.connection, kForgetRow, {{"import", row.import}, {"line", row.line}});
    if (!gone) return gone;
  }
  return {};
}

Result<std::int64_t> read_integer(Row& row) { return row.integer(); }

/// Most of the time nothing waits for anybody.
Result<bool> any_waits(StoreContext context) {
  const auto imports = sql::find_one<std::int64_t>(context.connection, kAnyWaits, {}, read_integer);
  if (!imports) return fail(imports.error());
  return imports->value_or(0) > 0;
}

/// Settles the rows of the person whose index `query` finds by an id.
Result<void> settle_rows_found_by(StoreContext context, std::string_view query,
                                  std::string_view id) {
  const Result<bool> waits = any_waits(context);
  if (!waits) return fail(waits.error());
  if (!*waits) return {};
  const auto index = sql::find_one<std::string>(
      context.connection, query, {{"id", id}},
      [](Row& row) -> Result<std::string> { return std::string(row.text()); });
  if (!index) return fail(index.error());
  return *index ? settle_rows(context, **index) : Result<void>();
}

/// Settles rows of an import up to a key, all that are not settled already.
Result<int> settle_up_to(StoreContext context, std::int64_t import, std::int64_t last) {
  const auto next = sql::find_all<WaitingRow>(context.connection, kNext,
                                              {{"import", import}, {"last", last}}, read_waiting);
  if (!next) return fail(next.error());
  Settling settling(context);
  for (const WaitingRow& row : *next) {
    if (auto done = settling.settle(row); !done) return fail(std::move(done).error());
  }
  const auto settled = static_cast<int>(next->size());
  if (auto done = settling.count(import, settled); !done) return fail(std::move(done).error());
  // They are deleted when all are settled: now it would be here and there in the table.
  auto marked = sql::run(context.connection, kSettledTo, {{"last", last}, {"import", import}});
  if (!marked) return fail(std::move(marked).error());
  return settled;
}

}  // namespace

Result<void> settle_rows(StoreContext context, std::string_view ahv_index) {
  const Result<bool> waits = any_waits(context);
  if (!waits) return fail(waits.error());
  if (!*waits) return {};
  return settle_found(context, sql::find_all<WaitingRow>(context.connection, kWaitingOfIndex,
                                                         {{"person_key", person_key(ahv_index)},
                                                          {"ahv_index", ahv_index}},
                                                         read_waiting));
}

Result<void> settle_rows_of(StoreContext context, const PersonId& person) {
  return settle_rows_found_by(context, kIndexOf, person.text());
}

Result<void> settle_rows_behind(StoreContext context, const LetterId& letter) {
  return settle_rows_found_by(context, kIndexBehind, letter.text());
}

Result<int> settle_next(StoreContext context, int rows) {
  const auto import = sql::find_one<std::int64_t>(context.connection, kOldest, {}, read_integer);
  if (!import) return fail(import.error());
  if (!*import) return 0;
  const auto last = sql::find_one<std::int64_t>(
      context.connection, kLastOfNext, {{"import", **import}, {"rows", rows}}, read_integer);
  if (!last) return fail(last.error());
  Result<int> settled = *last ? settle_up_to(context, **import, **last) : Result<int>(0);
  if (!settled || *settled >= rows) return settled;
  auto done = sql::run(context.connection, kSettled, {{"import", **import}});
  if (!done) return fail(std::move(done).error());
  return settled;
}

Result<void> forget_rows_of(StoreContext context, std::string_view ahv_index) {
  const std::int64_t key = person_key(ahv_index);
  // What is still open was sent before the erasure, and would bring the person back.
  auto spoilt = sql::run(context.connection, kSpoilOpenOnesOf,
                         {{"person_key", key}, {"ahv_index", ahv_index}});
  if (!spoilt) return spoilt;
  return sql::run(context.connection, kForgetRowsOf,
                  {{"person_key", key}, {"ahv_index", ahv_index}});
}

}  // namespace portal
