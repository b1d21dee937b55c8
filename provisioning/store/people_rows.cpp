#include "store/people_rows.hpp"

#include <utility>

#include "store/sealed_texts.hpp"
#include "store/sql/queries.hpp"

namespace portal {
namespace {

constexpr std::string_view kKillEarlier =
    "update letters set dead = :now where person = :person and portal = :portal"
    " and dead is null and used is null";
constexpr std::string_view kAddLetter =
    "insert into letters (id, person, serial, portal, audience, code_hash, code_index, issued,"
    " expires, used, dead) values (:id, :person,"
    " (select coalesce(max(serial), 0) + 1 from letters where person = :person),"
    " :portal, :audience, :code_hash, :code_index, :issued, :expires, :used, :dead)";

constexpr std::string_view kAhv = "ahv";

/// Names whose code an index is of.
std::string index_purpose(const PortalId& portal, std::string_view ahv_index) {
  return "letter/" + portal.text() + "/" + std::string(ahv_index);
}

std::string personal_place(const PersonId& id) { return place_of("people", id.text(), "personal"); }

std::string code_purpose(const LetterId& id) { return "letter/" + id.text(); }

}  // namespace

std::string ahv_index(const Keyring& keyring, const AhvNumber& ahv) {
  return keyring.index(kAhv, ahv.digits());
}

std::vector<std::string> ahv_indexes(const Keyring& keyring, const AhvNumber& ahv) {
  return keyring.indexes(kAhv, ahv.digits());
}

std::string seal_personal(const Keyring& keyring, const Person& person) {
  const std::string ahv = person.ahv ? person.ahv->digits() : std::string();
  const std::string born = person.born ? person.born->iso() : std::string();
  const std::string_view texts[] = {ahv, born, person.given_name, person.family_name};
  return SealedTexts::seal(keyring, personal_place(person.id), texts);
}

Result<Person> open_personal(const Keyring& keyring, PersonId id, std::string_view language,
                             std::string_view sealed) {
  const std::string place = personal_place(id);
  const std::optional<Language> known = parse_language(language);
  const auto texts = SealedTexts::open(keyring, place, sealed, 4);
  if (!texts) return fail(texts.error());
  if (!known) return damaged(place);
  Person person{
      std::move(id), std::nullopt, std::nullopt, std::string((*texts)[2]), std::string((*texts)[3]),
      *known};
  if ((*texts)[0].empty() && (*texts)[1].empty()) return person;
  const Result<AhvNumber> ahv = AhvNumber::parse((*texts)[0]);
  const Result<BirthDate> born = BirthDate::parse_iso((*texts)[1]);
  if (!ahv || !born) return damaged(place);
  person.ahv = *ahv;
  person.born = *born;
  return person;
}

Result<Person> read_person(sql::Row& row, const Keyring& keyring) {
  PersonId id{std::string(row.text())};
  const std::string_view language = row.text();
  return open_personal(keyring, std::move(id), language, row.text());
}

StoredCode stored_code(const Keyring& keyring, const LetterId& letter, std::string_view ahv_index,
                       const PortalId& portal, const ActivationCode& code) {
  return {keyring.hash_code(code_purpose(letter), code.canonical()),
          keyring.index(index_purpose(portal, ahv_index), code.canonical().reveal())};
}

std::string other_code_indexes(const Keyring& keyring, const AhvNumber& ahv, const PortalId& portal,
                               const ActivationCode& code) {
  std::string others;
  const std::string active = keyring.fingerprint();
  for (const std::string& key : keyring.fingerprints()) {
    if (key == active) continue;
    const Result<std::string> person = keyring.index_under(key, kAhv, ahv.digits());
    if (!person) continue;
    const Result<std::string> index =
        keyring.index_under(key, index_purpose(portal, *person), code.canonical().reveal());
    if (index) others.append(others.empty() ? "" : " ").append(*index);
  }
  return others;
}

bool is_code_of(const Keyring& keyring, const LetterId& letter, std::string_view hash,
                const ActivationCode& code) {
  return keyring.verify_code(hash, code_purpose(letter), code.canonical());
}

Result<void> kill_earlier(sql::Connection& connection, const Letter& letter) {
  return sql::run(
      connection, kKillEarlier,
      {{"now", letter.issued}, {"person", letter.person.text()}, {"portal", letter.portal.text()}});
}

Result<void> add_letter(sql::Connection& connection, const Letter& letter, const StoredCode& code) {
  return sql::run(connection, kAddLetter,
                  {{"id", letter.id.text()},
                   {"person", letter.person.text()},
                   {"portal", letter.portal.text()},
                   {"audience", letter.audience.text()},
                   {"code_hash", code.hash},
                   {"code_index", code.index},
                   {"issued", letter.issued},
                   {"expires", letter.expires},
                   {"used", letter.used},
                   {"dead", letter.dead}});
}

}  // namespace portal
