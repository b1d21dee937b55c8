#include "store/people.hpp"

#include <span>
#include <vector>

#include "store/import_settling.hpp"
#include "store/keys.hpp"
#include "store/people_rows.hpp"
#include "store/sql/queries.hpp"
#include "store/sql/text.hpp"

namespace portal {
namespace {

using sql::Row;
using sql::Text;

constexpr Text kPerson = "select id, language, personal from people";
constexpr Text kPersonByAhv = kPerson + " where ahv_index = :ahv_index";
constexpr Text kPersonById = kPerson + " where id = :id";
constexpr std::string_view kOtherByAhv =
    "select count(*) from people where ahv_index = :ahv_index and id <> :id";
constexpr std::string_view kPutPerson =
    "insert into people (id, ahv_index, language, personal)"
    " values (:id, :ahv_index, :language, :personal)"
    " on conflict (id) do update set ahv_index = excluded.ahv_index,"
    " language = excluded.language, personal = excluded.personal";

// Codes that were sent hang on the ids of what goes with the person.
constexpr std::string_view kEraseChallenges =
    "delete from challenges where subject in (select id from accounts where person = :id"
    " union select id from registrations where person = :id)";
constexpr std::string_view kAhvIndex = "select ahv_index from people where id = :id";
constexpr std::string_view kErase = "delete from people where id = :id";

constexpr Text kLetter =
    "select id, person, portal, audience, issued, expires, used, dead from letters";
constexpr Text kNewestLetter =
    kLetter + " where person = :person and portal = :portal order by serial desc limit 1";
constexpr Text kLetterById = kLetter + " where id = :id";
constexpr Text kLettersOf = kLetter + " where person = :person order by serial desc";
constexpr std::string_view kCodeHash = "select code_hash from letters where id = :id";
constexpr std::string_view kRedeem =
    "update letters set used = :now where id = :id and used is null and dead is null"
    " and expires > :now";
constexpr std::string_view kKill =
    "update letters set dead = :now where id = :id and used is null and dead is null";

/// Fails: conflict (somebody else has this AHV number, by an index of a key that is not active).
Result<void> is_nobody_elses(const StoreContext& context, const Person& person) {
  if (!person.ahv) return {};
  const std::vector<std::string> indexes = ahv_indexes(context.keyring, *person.ahv);
  for (const std::string& index : std::span(indexes).subspan(1)) {
    const auto other = sql::find_one<bool>(
        context.connection, kOtherByAhv, {{"ahv_index", index}, {"id", person.id.text()}},
        [](Row& row) -> Result<bool> { return row.integer() > 0; });
    if (!other) return fail(other.error());
    if (other->value_or(false)) return fail(Errc::conflict, "store: the AHV number is taken");
  }
  return {};
}

Result<Letter> read_letter(Row& row) {
  Letter letter;
  letter.id = LetterId(std::string(row.text()));
  letter.person = PersonId(std::string(row.text()));
  letter.portal = PortalId(std::string(row.text()));
  letter.audience = AudienceId(std::string(row.text()));
  letter.issued = row.time();
  letter.expires = row.time();
  letter.used = row.optional_time();
  letter.dead = row.optional_time();
  return letter;
}

/// Empty if there is no such person.
Result<std::string> index_of(sql::Connection& connection, const PersonId& person) {
  const auto index = sql::find_one<std::string>(
      connection, kAhvIndex, {{"id", person.text()}},
      [](Row& row) -> Result<std::string> { return std::string(row.text()); });
  if (!index) return fail(index.error());
  return index->value_or("");
}

}  // namespace

Result<std::optional<Person>> SqlPeople::find_by_ahv(const AhvNumber& ahv) {
  for (const std::string& index : ahv_indexes(context_.keyring, ahv)) {
    if (auto settled = settle_rows(context_, index); !settled) return fail(settled.error());
    auto found =
        sql::find_one<Person>(context_.connection, kPersonByAhv, {{"ahv_index", index}},
                              [&](Row& row) { return read_person(row, context_.keyring); });
    if (!found || *found) return found;
  }
  return std::optional<Person>();
}

Result<Person> SqlPeople::get(const PersonId& id) {
  if (auto settled = settle_rows_of(context_, id); !settled) return fail(settled.error());
  return sql::required(
      sql::find_one<Person>(context_.connection, kPersonById, {{"id", id.text()}},
                            [&](Row& row) { return read_person(row, context_.keyring); }),
      "person");
}

Result<void> SqlPeople::put(const Person& person) {
  // An import finds people under the active key alone.
  if (auto same = seals_with_the_active_key(context_); !same) return same;
  // The column's uniqueness does not see who was put there under another key.
  if (auto other = is_nobody_elses(context_, person); !other) return other;
  // The column is unique, and nobody is found by an id there.
  const std::string index = person.ahv ? ahv_index(context_.keyring, *person.ahv)
                                       : context_.keyring.index("person", person.id.text());
  // What was imported before must not come after.
  if (auto settled = settle_rows(context_, index); !settled) return settled;
  return sql::run(context_.connection, kPutPerson,
                  {{"id", person.id.text()},
                   {"ahv_index", index},
                   {"language", code_of(person.language)},
                   {"personal", seal_personal(context_.keyring, person)}});
}

Result<void> SqlPeople::erase(const PersonId& person) {
  // Else what waits of them would make them anew.
  if (auto settled = settle_rows_of(context_, person); !settled) return settled;
  const auto index = index_of(context_.connection, person);
  if (!index) return fail(index.error());
  if (auto gone = forget_rows_of(context_, *index); !gone) return gone;
  auto done = sql::run(context_.connection, kEraseChallenges, {{"id", person.text()}});
  if (!done) return done;
  return sql::must_change(context_.connection, kErase, {{"id", person.text()}}, Errc::not_found,
                          "no such person");
}

Result<void> SqlPeople::issue(const Letter& letter, const ActivationCode& code) {
  if (auto settled = settle_rows_of(context_, letter.person); !settled) return settled;
  const auto index = index_of(context_.connection, letter.person);
  if (!index) return fail(index.error());
  if (auto killed = kill_earlier(context_.connection, letter); !killed) return killed;
  return add_letter(context_.connection, letter,
                    stored_code(context_.keyring, letter.id, *index, letter.portal, code));
}

Result<std::optional<Letter>> SqlPeople::newest_letter(const PersonId& person,
                                                       const PortalId& portal) {
  if (auto settled = settle_rows_of(context_, person); !settled) return fail(settled.error());
  return sql::find_one<Letter>(context_.connection, kNewestLetter,
                               {{"person", person.text()}, {"portal", portal.text()}}, read_letter);
}

Result<Letter> SqlPeople::letter(const LetterId& id) {
  if (auto settled = settle_rows_behind(context_, id); !settled) return fail(settled.error());
  return sql::required(
      sql::find_one<Letter>(context_.connection, kLetterById, {{"id", id.text()}}, read_letter),
      "letter");
}

Result<std::vector<Letter>> SqlPeople::letters_of(const PersonId& person) {
  if (auto settled = settle_rows_of(context_, person); !settled) return fail(settled.error());
  return sql::find_all<Letter>(context_.connection, kLettersOf, {{"person", person.text()}},
                               read_letter);
}

// What a letter's code is does not change with what is imported.
Result<bool> SqlPeople::code_matches(const LetterId& letter, const ActivationCode& code) {
  const auto hash = sql::find_one<std::string>(
      context_.connection, kCodeHash, {{"id", letter.text()}},
      [](Row& row) -> Result<std::string> { return std::string(row.text()); });
  if (!hash) return fail(hash.error());
  return is_code_of(context_.keyring, letter, hash->value_or(""), code);
}

Result<bool> SqlPeople::redeem(const LetterId& letter, UtcTime now) {
  if (auto settled = settle_rows_behind(context_, letter); !settled) return fail(settled.error());
  return sql::changes(context_.connection, kRedeem, {{"now", now}, {"id", letter.text()}});
}

Result<void> SqlPeople::kill(const LetterId& letter, UtcTime now) {
  if (auto settled = settle_rows_behind(context_, letter); !settled) return settled;
  return sql::run(context_.connection, kKill, {{"now", now}, {"id", letter.text()}});
}

}  // namespace portal
