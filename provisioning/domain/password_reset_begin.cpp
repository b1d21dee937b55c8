// How a reset begins: an address is typed, or the code from a mail that an administrator had sent.

#include <chrono>
#include <utility>

#include "base/random.hpp"
#include "domain/audit_trail.hpp"
#include "domain/codes.hpp"
#include "domain/notices.hpp"
#include "domain/password_reset.hpp"
#include "domain/ports/attempts.hpp"
#include "domain/ports/store.hpp"
#include "domain/registration_pauses.hpp"
#include "domain/reset_act.hpp"
#include "domain/sent_code.hpp"

namespace portal {

using namespace std::chrono_literals;

Result<bool> PasswordResetService::is_flooding(Transaction& transaction, const EmailAddress& email,
                                               const Source& source, UtcTime now) const {
  Attempts& attempts = transaction.attempts();
  const auto in_hour = attempts.count(AttemptKind::reset_mail, email.key(), now - 1h);
  if (!in_hour) return fail(in_hour.error());
  const auto in_day = attempts.count(AttemptKind::reset_mail, email.key(), now - 24h);
  if (!in_day) return fail(in_day.error());
  const auto by_source = attempts.count(AttemptKind::reset_source, source.throttle_key(), now - 1h);
  if (!by_source) return fail(by_source.error());
  return *in_hour >= settings_.mails_per_address_and_hour ||
         *in_day >= settings_.mails_per_address_and_day ||
         *by_source >= settings_.per_source_and_hour;
}

PasswordResetService::Begun PasswordResetService::begin(const Portal& portal,
                                                        const EmailAddress& email,
                                                        Language language, const Source& source) {
  constexpr std::string_view what = "password_reset.begin";
  using Ended = std::variant<ResetBegun, Refusal>;
  const UtcTime now = neighbours_.clock.now();
  Secret token = random_token();
  return in_write<Ended>(neighbours_.store, what, [&](Transaction& transaction) -> Result<Ended> {
    const auto flooding = is_flooding(transaction, email, source, now);
    if (!flooding) return fail(flooding.error());
    if (*flooding)
      return tell_refusal(transaction, now, what, "", source, RefusalReason::too_many_tries, "");
    Attempts& attempts = transaction.attempts();
    auto noted = attempts.record(AttemptKind::reset_mail, email.key(), now);
    if (noted) noted = attempts.record(AttemptKind::reset_source, source.throttle_key(), now);
    if (!noted) return fail(std::move(noted).error());

    const auto account = transaction.accounts().find_by_email(email);
    if (!account) return fail(account.error());
    const auto holder = holder_of(transaction, *account ? (*account)->id : AccountId());
    if (!holder) return fail(holder.error());

    PasswordReset row;
    row.id = ResetId::random();
    row.token_index = neighbours_.keyring.lasting_index("reset", token.reveal());
    if (*holder) row.account = (*holder)->account.id;
    row.portal = portal.id;
    row.language = language;
    row.email = email;
    row.started = now;
    row.updated = now;
    row.expires = now + settings_.lifetime;
    auto sent =
        send_reset_code(transaction, neighbours_.portals, row,
                        *holder ? &(*holder)->account : nullptr, settings_.code_lifetime, now);
    if (!sent) return fail(std::move(sent).error());
    if (*account && !*holder && (*account)->state != AccountState::activating) {
      // Its owner would wait for a code in vain.
      auto put = put_notice(transaction, neighbours_.portals, **account, "mail.reset_not_possible",
                            {}, now);
      if (!put) return fail(std::move(put).error());
    }
    if (auto added = transaction.password_resets().add(row); !added) {
      return fail(std::move(added).error());
    }
    AuditEvent event =
        success_event(now, what, *account ? (*account)->id.text() : std::string(), source);
    event.reason = "portal " + portal.id.text() +
                   (*holder    ? ""
                    : *account ? ", no account that may enter"
                               : ", unknown address");
    if (auto told = transaction.audit().append(event); !told) return fail(told.error());
    return ResetBegun{std::move(token)};
  });
}

PasswordResetService::Begun PasswordResetService::take_up(const Portal& portal,
                                                          const EmailAddress& email,
                                                          const Secret& code, Language language,
                                                          const Source& source) {
  constexpr std::string_view what = "password_reset.take_up";
  using Ended = std::variant<ResetBegun, Refusal>;
  const UtcTime now = neighbours_.clock.now();
  const Secret typed = typed_code(code, kMailCodeDigits);
  Secret token = random_token();
  return in_write<Ended>(neighbours_.store, what, [&](Transaction& transaction) -> Result<Ended> {
    Attempts& attempts = transaction.attempts();
    const auto refuse = [&](RefusalReason reason, std::string_view who) -> Result<Ended> {
      return tell_refusal(transaction, now, what, who, source, reason, "");
    };
    const auto wrong =
        attempts.count(AttemptKind::reset_code, email.key(), now - settings_.started_code_lifetime);
    if (!wrong) return fail(wrong.error());
    const auto by_source =
        attempts.count(AttemptKind::reset_source, source.throttle_key(), now - 1h);
    if (!by_source) return fail(by_source.error());
    if (*wrong >= settings_.code_tries || *by_source >= settings_.per_source_and_hour)
      return refuse(RefusalReason::too_many_tries, "");

    const auto account = transaction.accounts().find_by_email(email);
    if (!account) return fail(account.error());
    const AccountId id = *account ? (*account)->id : AccountId();
    // Asked for nobody as well: it costs the same.
    auto waiting = transaction.password_resets().waiting_of(id);
    if (!waiting) return fail(std::move(waiting).error());
    bool right = false;
    if (*waiting && now < (*waiting)->expires) {
      const auto burnt = use_up_code(transaction, mail_scope(**waiting), typed, now);
      if (!burnt) return fail(burnt.error());
      right = !*burnt;
    }
    if (!right) {
      auto noted = attempts.record(AttemptKind::reset_code, email.key(), now);
      if (noted) noted = attempts.record(AttemptKind::reset_source, source.throttle_key(), now);
      if (!noted) return fail(std::move(noted).error());
      return refuse(RefusalReason::wrong_code, id.text());
    }
    ResetAct act(transaction, std::move(**waiting), what, source, now);
    act.row.token_index = neighbours_.keyring.lasting_index("reset", token.reveal());
    act.row.portal = portal.id;
    act.row.language = language;
    const Outcome<> reached = reach_factor(act);
    if (!reached) return fail(reached.error());
    if (const auto* refusal = std::get_if<Refusal>(&*reached)) return *refusal;
    return ResetBegun{std::move(token)};
  });
}

PasswordResetService::Outcome<> PasswordResetService::resend_mail(const Secret& token,
                                                                  const Source& source) {
  return act("password_reset.resend_mail", token, ResetStep::mail_code, source,
             [&](ResetAct& act) -> Outcome<> {
               PasswordReset& row = act.row;
               if (row.mail_sends > settings_.mail_resends)
                 return act.refuse(RefusalReason::too_many_tries, "no resend left");
               const auto pause =
                   growing_pause_left(row.mail_sends, row.mail_sent, settings_.mail_pause, act.now);
               if (pause > 0s) return act.refuse(RefusalReason::must_wait);
               if (!row.email) return fail(Errc::internal, "a reset without an address");
               const auto flooding = is_flooding(act.transaction, *row.email, source, act.now);
               if (!flooding) return fail(flooding.error());
               if (*flooding) return act.refuse(RefusalReason::too_many_tries, "too many mails");
               auto noted = act.transaction.attempts().record(AttemptKind::reset_mail,
                                                              row.email->key(), act.now);
               if (!noted) return fail(std::move(noted).error());
               const auto holder = holder_of(act.transaction, row.account);
               if (!holder) return fail(holder.error());
               auto sent = send_reset_code(act.transaction, neighbours_.portals, row,
                                           *holder ? &(*holder)->account : nullptr,
                                           settings_.code_lifetime, act.now);
               if (!sent) return fail(std::move(sent).error());
               return act.advance(ResetStep::mail_code);
             });
}

}  // namespace portal
