#include "store/people.hpp"

#include "store/sealed_texts.hpp"
#include "store/sql/queries.hpp"
#include "store/sql/text.hpp"

namespace portal {
namespace {

using sql::Row;
using sql::Text;

constexpr Text kPerson = "select id, language, personal from people";
constexpr Text kPersonByAhv = kPerson + " where ahv_index = :ahv_index";
constexpr Text kPersonById = kPerson + " where id = :id";
constexpr std::string_view kPutPerson =
    "insert into people (id, ahv_index, language, personal)"
    " values (:id, :ahv_index, :language, :personal)"
    " on conflict (id) do update set ahv_index = excluded.ahv_index,"
    " language = excluded.language, personal = excluded.personal";

// Codes that were sent hang on the ids of what goes with the person.
constexpr std::string_view kEraseChallenges =
    "delete from challenges where subject in (select id from accounts where person = :id"
    " union select id from registrations where person = :id)";
constexpr std::string_view kErase = "delete from people where id = :id";

constexpr std::string_view kKillEarlier =
    "update letters set dead = :now where person = :person and portal = :portal"
    " and dead is null and used is null";
constexpr std::string_view kIssue =
    "insert into letters (id, person, serial, portal, audience, code_hash, issued, expires, used,"
    " dead) values (:id, :person,"
    " (select coalesce(max(serial), 0) + 1 from letters where person = :person),"
    " :portal, :audience, :code_hash, :issued, :expires, :used, :dead)";
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

std::string personal_place(const PersonId& id) { return place_of("people", id.text(), "personal"); }

/// Binds a code to its letter: it verifies for no other.
std::string code_purpose(const LetterId& id) { return "letter/" + id.text(); }

Result<Person> read_person(Row& row, const Keyring& keyring) {
  PersonId id{std::string(row.text())};
  const std::string place = personal_place(id);
  const std::optional<Language> language = parse_language(row.text());
  const auto texts = SealedTexts::open(keyring, place, row.text(), 4);
  if (!texts) return fail(texts.error());
  if (!language) return damaged(place);
  Person person{
      std::move(id), std::nullopt, std::nullopt, std::string((*texts)[2]), std::string((*texts)[3]),
      *language};
  if ((*texts)[0].empty() && (*texts)[1].empty()) return person;
  const Result<AhvNumber> ahv = AhvNumber::parse((*texts)[0]);
  const Result<BirthDate> born = BirthDate::parse_iso((*texts)[1]);
  if (!ahv || !born) return damaged(place);
  person.ahv = *ahv;
  person.born = *born;
  return person;
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

}  // namespace

Result<std::optional<Person>> SqlPeople::find_by_ahv(const AhvNumber& ahv) {
  const std::string index = context_.keyring.index("ahv", ahv.digits());
  return sql::find_one<Person>(context_.connection, kPersonByAhv, {{"ahv_index", index}},
                               [&](Row& row) { return read_person(row, context_.keyring); });
}

Result<Person> SqlPeople::get(const PersonId& id) {
  return sql::required(
      sql::find_one<Person>(context_.connection, kPersonById, {{"id", id.text()}},
                            [&](Row& row) { return read_person(row, context_.keyring); }),
      "person");
}

Result<void> SqlPeople::put(const Person& person) {
  const std::string ahv = person.ahv ? person.ahv->digits() : std::string();
  const std::string born = person.born ? person.born->iso() : std::string();
  const std::string_view texts[] = {ahv, born, person.given_name, person.family_name};
  const std::string personal =
      SealedTexts::seal(context_.keyring, personal_place(person.id), texts);
  // The column is unique, and nobody is found by an id there.
  const std::string index = ahv.empty() ? context_.keyring.index("person", person.id.text())
                                        : context_.keyring.index("ahv", ahv);
  return sql::run(context_.connection, kPutPerson,
                  {{"id", person.id.text()},
                   {"ahv_index", index},
                   {"language", code_of(person.language)},
                   {"personal", personal}});
}

Result<void> SqlPeople::erase(const PersonId& person) {
  auto done = sql::run(context_.connection, kEraseChallenges, {{"id", person.text()}});
  if (!done) return done;
  return sql::must_change(context_.connection, kErase, {{"id", person.text()}}, Errc::not_found,
                          "no such person");
}

Result<void> SqlPeople::issue(const Letter& letter, const ActivationCode& code) {
  Result<void> done = sql::run(
      context_.connection, kKillEarlier,
      {{"now", letter.issued}, {"person", letter.person.text()}, {"portal", letter.portal.text()}});
  if (!done) return done;
  const std::string hash = context_.keyring.hash_code(code_purpose(letter.id), code.canonical());
  return sql::run(context_.connection, kIssue,
                  {{"id", letter.id.text()},
                   {"person", letter.person.text()},
                   {"portal", letter.portal.text()},
                   {"audience", letter.audience.text()},
                   {"code_hash", hash},
                   {"issued", letter.issued},
                   {"expires", letter.expires},
                   {"used", letter.used},
                   {"dead", letter.dead}});
}

Result<std::optional<Letter>> SqlPeople::newest_letter(const PersonId& person,
                                                       const PortalId& portal) {
  return sql::find_one<Letter>(context_.connection, kNewestLetter,
                               {{"person", person.text()}, {"portal", portal.text()}}, read_letter);
}

Result<Letter> SqlPeople::letter(const LetterId& id) {
  return sql::required(
      sql::find_one<Letter>(context_.connection, kLetterById, {{"id", id.text()}}, read_letter),
      "letter");
}

Result<std::vector<Letter>> SqlPeople::letters_of(const PersonId& person) {
  return sql::find_all<Letter>(context_.connection, kLettersOf, {{"person", person.text()}},
                               read_letter);
}

Result<bool> SqlPeople::code_matches(const LetterId& letter, const ActivationCode& code) {
  const auto hash = sql::find_one<std::string>(
      context_.connection, kCodeHash, {{"id", letter.text()}},
      [](Row& row) -> Result<std::string> { return std::string(row.text()); });
  if (!hash) return fail(hash.error());
  return context_.keyring.verify_code(hash->value_or(""), code_purpose(letter), code.canonical());
}

Result<bool> SqlPeople::redeem(const LetterId& letter, UtcTime now) {
  return sql::changes(context_.connection, kRedeem, {{"now", now}, {"id", letter.text()}});
}

Result<void> SqlPeople::kill(const LetterId& letter, UtcTime now) {
  return sql::run(context_.connection, kKill, {{"now", now}, {"id", letter.text()}});
}

}  // namespace portal
