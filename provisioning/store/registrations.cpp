#include "store/registrations.hpp"

#include "domain/names.hpp"
#include "store/sealed_texts.hpp"
#include "store/sql/queries.hpp"
#include "store/sql/text.hpp"

namespace portal {
namespace {

using sql::Parameter;
using sql::Row;
using sql::Text;

constexpr Text kRegistration =
    "select id, token_index, person, letter, portal, audience, language, step, terms_portal,"
    " terms_version, terms_hash, terms_language, terms_accepted, started, updated, account,"
    " personal, address_in_use, entry_uuid, mail_sends, mail_sent, sms_sends, sms_sent"
    " from registrations";
constexpr Text kByToken = kRegistration + " where token_index = :token_index";
constexpr Text kById = kRegistration + " where id = :id";
constexpr Text kOpenOf =
    kRegistration +
    " where person = :person and step not in ('done', 'abandoned') order by started, id";
constexpr Text kOf = kRegistration + " where person = :person order by started, id";
constexpr Text kStale =
    kRegistration +
    " where updated < :before and step not in ('done', 'abandoned') order by updated, id"
    " limit :limit";
constexpr Text kToDiscard =
    kRegistration + " where step = 'abandoned' and discarded = 0 order by updated, id limit :limit";
constexpr std::string_view kDiscarded =
    "update registrations set discarded = 1, entry_uuid = '', personal = ''"
    " where id = :id and step = 'abandoned'";

std::string personal_place(const RegistrationId& id) {
  return place_of("registrations", id.text(), "personal");
}

std::string seal_personal(const Keyring& keyring, const Registration& registration) {
  const std::string_view email =
      registration.email ? registration.email->text() : std::string_view();
  const std::string_view phone =
      registration.phone ? registration.phone->e164() : std::string_view();
  const std::string_view texts[] = {email, phone, registration.dn, registration.seed.reveal()};
  return SealedTexts::seal(keyring, personal_place(registration.id), texts);
}

/// The columns that a step may change; the person, the letter and the start never do. `personal` is
/// borrowed, as is the registration.
std::vector<Parameter> changing_columns(const Registration& registration,
                                        const std::string& personal) {
  return {{"token_index", registration.token_index},
          {"portal", registration.portal.text()},
          {"audience", registration.audience.text()},
          {"language", code_of(registration.language)},
          {"step", name_of(registration.step)},
          {"terms_portal", registration.terms.portal.text()},
          {"terms_version", registration.terms.version},
          {"terms_hash", registration.terms.hash},
          {"terms_language", code_of(registration.terms.language)},
          {"terms_accepted", registration.terms.accepted},
          {"updated", registration.updated},
          {"account", registration.account.text()},
          {"personal", personal},
          {"address_in_use", registration.address_in_use},
          {"entry_uuid", registration.entry_uuid},
          {"mail_sends", registration.mail_sends},
          {"mail_sent", registration.mail_sent},
          {"sms_sends", registration.sms_sends},
          {"sms_sent", registration.sms_sent}};
}

std::string insert_of(const std::vector<Parameter>& columns) {
  std::string names;
  std::string values;
  for (const Parameter& column : columns) {
    const std::string_view separator = names.empty() ? "" : ", ";
    names.append(separator).append(column.name);
    values.append(separator).append(":").append(column.name);
  }
  return "insert into registrations (" + names + ") values (" + values + ")";
}

std::string update_of(const std::vector<Parameter>& columns) {
  std::string changes;
  for (const Parameter& column : columns) {
    changes.append(changes.empty() ? "" : ", ").append(column.name);
    changes.append(" = :").append(column.name);
  }
  return "update registrations set " + changes + " where id = :id and step = :expected";
}

/// Fills in what is sealed; a discarded registration holds nothing any more.
Result<void> open_personal(const Keyring& keyring, std::string_view sealed,
                           Registration& registration) {
  if (sealed.empty()) return {};
  const std::string place = personal_place(registration.id);
  const auto texts = SealedTexts::open(keyring, place, sealed, 4);
  if (!texts) return fail(texts.error());
  if (!(*texts)[0].empty()) {
    const Result<EmailAddress> email = EmailAddress::parse((*texts)[0]);
    if (!email) return damaged(place);
    registration.email = *email;
  }
  if (!(*texts)[1].empty()) {
    const Result<PhoneNumber> phone = PhoneNumber::from_e164((*texts)[1]);
    if (!phone) return damaged(place);
    registration.phone = *phone;
  }
  registration.dn = (*texts)[2];
  registration.seed = Secret((*texts)[3]);
  return {};
}

/// Reads the terms as they were accepted at step 1.
Result<TermsAcceptance> read_terms(Row& row) {
  TermsAcceptance terms;
  terms.portal = PortalId(std::string(row.text()));
  terms.version = row.text();
  terms.hash = row.text();
  const std::optional<Language> language = parse_language(row.text());
  if (!language) return damaged("registrations/terms");
  terms.language = *language;
  terms.accepted = row.time();
  return terms;
}

Result<Registration> read_registration(Row& row, const Keyring& keyring) {
  Registration registration;
  registration.id = RegistrationId(std::string(row.text()));
  registration.token_index = row.text();
  registration.person = PersonId(std::string(row.text()));
  registration.letter = LetterId(std::string(row.text()));
  registration.portal = PortalId(std::string(row.text()));
  registration.audience = AudienceId(std::string(row.text()));
  const std::optional<Language> language = parse_language(row.text());
  const std::optional<RegistrationStep> step = parse_registration_step(row.text());
  Result<TermsAcceptance> terms = read_terms(row);
  if (!language || !step || !terms) return damaged("registrations/" + registration.id.text());
  registration.language = *language;
  registration.step = *step;
  registration.terms = std::move(*terms);
  registration.started = row.time();
  registration.updated = row.time();
  registration.account = AccountId(std::string(row.text()));
  const Result<void> opened = open_personal(keyring, row.text(), registration);
  if (!opened) return fail(opened.error());
  registration.address_in_use = row.truth();
  registration.entry_uuid = row.text();
  registration.mail_sends = row.small_integer();
  registration.mail_sent = row.optional_time();
  registration.sms_sends = row.small_integer();
  registration.sms_sent = row.optional_time();
  return registration;
}

}  // namespace

Result<void> SqlRegistrations::add(const Registration& registration) {
  const std::string personal = seal_personal(context_.keyring, registration);
  std::vector<Parameter> columns = changing_columns(registration, personal);
  columns.insert(columns.end(), {{"id", registration.id.text()},
                                 {"person", registration.person.text()},
                                 {"letter", registration.letter.text()},
                                 {"started", registration.started},
                                 {"discarded", false}});
  static const std::string statement = insert_of(columns);
  return sql::run(context_.connection, statement, columns);
}

Result<bool> SqlRegistrations::update(const Registration& registration, RegistrationStep expected) {
  const std::string personal = seal_personal(context_.keyring, registration);
  std::vector<Parameter> columns = changing_columns(registration, personal);
  static const std::string statement = update_of(columns);
  columns.insert(columns.end(), {{"id", registration.id.text()}, {"expected", name_of(expected)}});
  return sql::changes(context_.connection, statement, columns);
}

Result<std::optional<Registration>> SqlRegistrations::find_by_token(std::string_view token_index) {
  return sql::find_one<Registration>(
      context_.connection, kByToken, {{"token_index", token_index}},
      [&](Row& row) { return read_registration(row, context_.keyring); });
}

Result<Registration> SqlRegistrations::get(const RegistrationId& id) {
  return sql::required(sql::find_one<Registration>(
                           context_.connection, kById, {{"id", id.text()}},
                           [&](Row& row) { return read_registration(row, context_.keyring); }),
                       "registration");
}

Result<std::vector<Registration>> SqlRegistrations::open_of(const PersonId& person) {
  return sql::find_all<Registration>(
      context_.connection, kOpenOf, {{"person", person.text()}},
      [&](Row& row) { return read_registration(row, context_.keyring); });
}

Result<std::vector<Registration>> SqlRegistrations::of(const PersonId& person) {
  return sql::find_all<Registration>(
      context_.connection, kOf, {{"person", person.text()}},
      [&](Row& row) { return read_registration(row, context_.keyring); });
}

Result<std::vector<Registration>> SqlRegistrations::stale(UtcTime before, int limit) {
  return sql::find_all<Registration>(
      context_.connection, kStale, {{"before", before}, {"limit", limit}},
      [&](Row& row) { return read_registration(row, context_.keyring); });
}

Result<std::vector<Registration>> SqlRegistrations::to_discard(int limit) {
  return sql::find_all<Registration>(
      context_.connection, kToDiscard, {{"limit", limit}},
      [&](Row& row) { return read_registration(row, context_.keyring); });
}

Result<void> SqlRegistrations::discarded(const RegistrationId& id) {
  return sql::run(context_.connection, kDiscarded, {{"id", id.text()}});
}

}  // namespace portal
