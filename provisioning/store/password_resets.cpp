#include "store/password_resets.hpp"

#include "domain/names.hpp"
#include "store/sealed_texts.hpp"
#include "store/sql/queries.hpp"
#include "store/sql/text.hpp"

namespace portal {
namespace {

using sql::Row;
using sql::Text;

constexpr std::string_view kAdd =
    "insert into password_resets (id, token_index, account, portal, language, step, personal,"
    " mail_sends, mail_sent, sms_sent, factor, started, updated, expires)"
    " values (:id, :token_index, :account, :portal, :language, :step, :personal,"
    " :mail_sends, :mail_sent, :sms_sent, :factor, :started, :updated, :expires)";
/// Whose it is, and what was typed, never change.
constexpr std::string_view kUpdate =
    "update password_resets set token_index = :token_index, portal = :portal,"
    " language = :language, step = :step, mail_sends = :mail_sends, mail_sent = :mail_sent,"
    " sms_sent = :sms_sent, factor = :factor, updated = :updated, expires = :expires"
    " where id = :id and step = :expected";
constexpr Text kReset =
    "select id, token_index, account, portal, language, step, personal, mail_sends, mail_sent,"
    " sms_sent, factor, started, updated, expires from password_resets";
constexpr Text kByToken = kReset + " where token_index = :token_index";
constexpr Text kWaitingOf = kReset +
                            " where account = :account and step = 'mail_code'"
                            " and token_index is null order by started desc, id desc limit 1";
constexpr std::string_view kAbandon =
    "update password_resets set step = 'abandoned', updated = :now"
    " where account = :account and id <> :kept and step not in ('done', 'abandoned')";

std::string personal_place(const ResetId& id) {
  return place_of("password_resets", id.text(), "personal");
}

Result<PasswordReset> read_reset(Row& row, const Keyring& keyring) {
  PasswordReset reset;
  reset.id = ResetId(std::string(row.text()));
  const std::string place = personal_place(reset.id);
  reset.token_index = row.text();
  reset.account = AccountId(std::string(row.text()));
  reset.portal = PortalId(std::string(row.text()));
  const std::optional<Language> language = parse_language(row.text());
  const std::optional<ResetStep> step = parse_reset_step(row.text());
  if (!language || !step) return damaged(place);
  reset.language = *language;
  reset.step = *step;
  const auto texts = SealedTexts::open(keyring, place, row.text(), 1);
  if (!texts) return fail(texts.error());
  if (!(*texts)[0].empty()) {
    const Result<EmailAddress> email = EmailAddress::parse((*texts)[0]);
    if (!email) return damaged(place);
    reset.email = *email;
  }
  reset.mail_sends = row.small_integer();
  reset.mail_sent = row.optional_time();
  reset.sms_sent = row.optional_time();
  reset.factor = FactorId(std::string(row.text()));
  reset.started = row.time();
  reset.updated = row.time();
  reset.expires = row.time();
  return reset;
}

}  // namespace

Result<void> SqlPasswordResets::add(const PasswordReset& reset) {
  const std::string_view email = reset.email ? reset.email->text() : std::string_view();
  const std::string_view texts[] = {email};
  const std::string personal = SealedTexts::seal(context_.keyring, personal_place(reset.id), texts);
  return sql::run(context_.connection, kAdd,
                  {{"id", reset.id.text()},
                   {"token_index", sql::Value::text_or_null(reset.token_index)},
                   {"account", sql::Value::text_or_null(reset.account.text())},
                   {"portal", reset.portal.text()},
                   {"language", code_of(reset.language)},
                   {"step", name_of(reset.step)},
                   {"personal", personal},
                   {"mail_sends", reset.mail_sends},
                   {"mail_sent", reset.mail_sent},
                   {"sms_sent", reset.sms_sent},
                   {"factor", reset.factor.text()},
                   {"started", reset.started},
                   {"updated", reset.updated},
                   {"expires", reset.expires}});
}

Result<bool> SqlPasswordResets::update(const PasswordReset& reset, ResetStep expected) {
  return sql::changes(context_.connection, kUpdate,
                      {{"id", reset.id.text()},
                       {"expected", name_of(expected)},
                       {"token_index", sql::Value::text_or_null(reset.token_index)},
                       {"portal", reset.portal.text()},
                       {"language", code_of(reset.language)},
                       {"step", name_of(reset.step)},
                       {"mail_sends", reset.mail_sends},
                       {"mail_sent", reset.mail_sent},
                       {"sms_sent", reset.sms_sent},
                       {"factor", reset.factor.text()},
                       {"updated", reset.updated},
                       {"expires", reset.expires}});
}

Result<std::optional<PasswordReset>> SqlPasswordResets::find_by_token(
    std::string_view token_index) {
  return sql::find_one<PasswordReset>(context_.connection, kByToken, {{"token_index", token_index}},
                                      [&](Row& row) { return read_reset(row, context_.keyring); });
}

Result<std::optional<PasswordReset>> SqlPasswordResets::waiting_of(const AccountId& account) {
  return sql::find_one<PasswordReset>(context_.connection, kWaitingOf,
                                      {{"account", account.text()}},
                                      [&](Row& row) { return read_reset(row, context_.keyring); });
}

Result<void> SqlPasswordResets::abandon(const AccountId& account, const ResetId& except,
                                        UtcTime now) {
  return sql::run(context_.connection, kAbandon,
                  {{"account", account.text()}, {"kept", except.text()}, {"now", now}});
}

}  // namespace portal
