// The two proofs: the code from the mail, then the second factor. Neither is enough alone.

#include <utility>

#include "domain/audit_trail.hpp"
#include "domain/codes.hpp"
#include "domain/password_reset.hpp"
#include "domain/ports/challenges.hpp"
#include "domain/ports/store.hpp"
#include "domain/reset_act.hpp"

namespace portal {

PasswordResetService::Outcome<> PasswordResetService::confirm_mail(const Secret& token,
                                                                   const Secret& code,
                                                                   const Source& source) {
  const Secret typed = typed_code(code, kMailCodeDigits);
  return act("password_reset.mail_code", token, ResetStep::mail_code, source,
             [&](ResetAct& act) -> Outcome<> {
               Challenges& challenges = act.transaction.challenges();
               const auto challenge = challenges.current(mail_scope(act.row));
               if (!challenge) return fail(challenge.error());
               if (!*challenge) return act.give_up(RefusalReason::start_again, "no code is open");
               if (act.now >= (*challenge)->expires) return act.refuse(RefusalReason::expired_code);
               const auto matches = challenges.matches((*challenge)->id, typed);
               if (!matches) return fail(matches.error());
               if (*matches) {
                 const auto consumed = challenges.consume((*challenge)->id);
                 if (!consumed) return fail(consumed.error());
                 if (!*consumed) return act.refuse(RefusalReason::wrong_code, "used before");
                 return reach_factor(act);
               }
               if (auto counted = challenges.count_wrong((*challenge)->id); !counted) {
                 return fail(std::move(counted).error());
               }
               if ((*challenge)->wrong + 1 >= settings_.code_tries) {
                 return act.give_up(RefusalReason::start_again, "too many wrong mail codes");
               }
               return act.refuse(RefusalReason::wrong_code);
             });
}

PasswordResetService::Outcome<> PasswordResetService::reach_factor(ResetAct& act) {
  const auto holder = holder_of(act.transaction, act.row.account);
  if (!holder) return fail(holder.error());
  if (!*holder)
    return act.give_up(RefusalReason::account_unusable, "changed since the reset began");
  const std::optional<Factor>& factor = (*holder)->factor;
  const auto refused =
      factors_.call(act.transaction, claim_of(act.row, act.source), *factor, act.now);
  if (!refused) return fail(refused.error());
  if (*refused) {
    // The page offers to send one later.
    const auto told =
        tell_refusal(act.transaction, act.now, "password_reset.call_factor", act.row.account.text(),
                     act.source, **refused, "", name_of(factor->kind));
    if (!told) return fail(told.error());
  } else if (factor->kind == FactorKind::sms) {
    act.row.sms_sent = act.now;
  }
  act.row.expires = act.now + settings_.lifetime;
  return act.advance(ResetStep::factor);
}

PasswordResetService::Outcome<> PasswordResetService::call_factor(const Secret& token,
                                                                  const Source& source) {
  return act("password_reset.call_factor", token, ResetStep::factor, source,
             [&](ResetAct& act) -> Outcome<> {
               const auto holder = holder_of(act.transaction, act.row.account);
               if (!holder) return fail(holder.error());
               if (!*holder)
                 return act.give_up(RefusalReason::account_unusable,
                                    "changed since the mail's code");
               const std::optional<Factor>& factor = (*holder)->factor;
               const auto refused =
                   factors_.call(act.transaction, claim_of(act.row, source), *factor, act.now);
               if (!refused) return fail(refused.error());
               if (*refused) return act.refuse(**refused, "", name_of(factor->kind));
               if (factor->kind == FactorKind::sms) act.row.sms_sent = act.now;
               return act.advance(ResetStep::factor, name_of(factor->kind));
             });
}

PasswordResetService::Outcome<> PasswordResetService::confirm_factor(const Secret& token,
                                                                     const Secret& answer,
                                                                     const Source& source) {
  return act(
      "password_reset.factor", token, ResetStep::factor, source, [&](ResetAct& act) -> Outcome<> {
        const auto holder = holder_of(act.transaction, act.row.account);
        if (!holder) return fail(holder.error());
        if (!*holder)
          return act.give_up(RefusalReason::account_unusable, "changed since the mail's code");
        const std::optional<Factor>& factor = (*holder)->factor;
        const auto judged =
            factors_.judge(act.transaction, claim_of(act.row, source), factor, answer, act.now);
        if (!judged) return fail(judged.error());
        if (judged->refused) return act.refuse(*judged->refused, judged->why, judged->by);
        act.row.factor = factor->id;
        return act.advance(ResetStep::new_password, judged->by);
      });
}

}  // namespace portal
