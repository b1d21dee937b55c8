// Steps 4 and 5: which second factor, and the proof of it.

#include <utility>

#include "domain/app_key.hpp"
#include "domain/codes.hpp"
#include "domain/new_factor.hpp"
#include "domain/ports/accounts.hpp"
#include "domain/ports/challenges.hpp"
#include "domain/ports/store.hpp"
#include "domain/ports/totp_codes.hpp"
#include "domain/registration.hpp"
#include "domain/registration_act.hpp"
#include "domain/registration_pauses.hpp"
#include "domain/sent_code.hpp"
#include "domain/sms_budget.hpp"
#include "domain/sms_pumping.hpp"
#include "domain/time_steps.hpp"

namespace portal {
namespace {

ChallengeScope phone_scope(const Registration& row) {
  return {ChallengePurpose::prove_phone, row.id.text(), "registration"};
}

/// Wrong answers of the app are counted like those to an SMS: on a challenge that has no code.
ChallengeScope app_scope(const Registration& row) {
  return {ChallengePurpose::prove_phone, row.id.text(), "registration.app"};
}

constexpr auto kChoosing = {RegistrationStep::factor_choice, RegistrationStep::phone_number,
                            RegistrationStep::sms_code, RegistrationStep::app_code};

}  // namespace

RegistrationService::Outcome<> RegistrationService::choose_factor(const Secret& token,
                                                                  FactorKind kind,
                                                                  const Source& source) {
  return act("registration.factor_choice", token, kChoosing, source,
             [&](RegistrationAct& act) -> Outcome<> {
               if (kind == FactorKind::sms) {
                 return act.advance(RegistrationStep::phone_number, name_of(kind));
               }
               // Going back and forth shows the same key: it may be in the app already.
               if (act.row.seed.empty()) {
                 act.row.seed = new_app_seed();
                 auto opened =
                     act.transaction.challenges().open(app_scope(act.row), unanswerable_code(),
                                                       act.now, act.now + settings_.stale_after);
                 if (!opened) return fail(opened.error());
               }
               return act.advance(RegistrationStep::app_code, name_of(kind));
             });
}

RegistrationService::Outcome<> RegistrationService::reconsider_factor(const Secret& token,
                                                                      const Source& source) {
  return act("registration.reconsider_factor", token, kChoosing, source,
             [](RegistrationAct& act) { return act.advance(RegistrationStep::factor_choice); });
}

Result<std::optional<RefusalReason>> RegistrationService::send_sms(RegistrationAct& act) {
  Registration& row = act.row;
  const Portal* portal = neighbours_.portals.find(row.portal);
  if (!portal || !row.phone) return fail(Errc::internal, "a registration without portal or phone");
  auto refused =
      spend_sms(act.transaction, settings_.sms, SmsPurpose::enrol, *row.phone, act.source, act.now);
  if (!refused || *refused) return refused;
  auto sent = send_code(act.transaction,
                        {phone_scope(row), *row.phone, in_language(portal->name, row.language),
                         row.portal, row.language, row.person.text(), settings_.sms.code_lifetime},
                        act.now);
  if (!sent) return fail(std::move(sent).error());
  row.sms_sends += 1;
  row.sms_sent = act.now;
  return std::optional<RefusalReason>();
}

RegistrationService::Outcome<> RegistrationService::give_phone(const Secret& token,
                                                               const PhoneNumber& phone,
                                                               const Source& source) {
  return act("registration.phone_number", token,
             {RegistrationStep::phone_number, RegistrationStep::sms_code}, source,
             [&](RegistrationAct& act) -> Outcome<> {
               act.row.phone = phone;
               const auto refused = send_sms(act);
               if (!refused) return fail(refused.error());
               if (*refused) return act.refuse(**refused);
               return act.advance(RegistrationStep::sms_code, "sms");
             });
}

RegistrationService::Outcome<> RegistrationService::resend_sms(const Secret& token,
                                                               const Source& source) {
  return act("registration.resend_sms", token, {RegistrationStep::sms_code}, source,
             [&](RegistrationAct& act) -> Outcome<> {
               const auto refused = send_sms(act);
               if (!refused) return fail(refused.error());
               if (*refused) return act.refuse(**refused);
               return act.advance(RegistrationStep::sms_code, "sms");
             });
}

RegistrationService::Outcome<> RegistrationService::confirm_sms(const Secret& token,
                                                                const Secret& code,
                                                                const Source& source) {
  const Secret typed = typed_code(code, kFactorCodeDigits);
  using Proof = std::variant<Factor, RefusalReason>;
  return activate(token, RegistrationStep::sms_code, source,
                  [&](RegistrationAct& act) -> Result<Proof> {
                    Challenges& challenges = act.transaction.challenges();
                    const auto challenge = challenges.current(phone_scope(act.row));
                    if (!challenge) return fail(challenge.error());
                    if (!*challenge) return RefusalReason::expired_code;
                    if (act.now >= (*challenge)->expires) return RefusalReason::expired_code;
                    const auto matches = challenges.matches((*challenge)->id, typed);
                    if (!matches) return fail(matches.error());
                    if (!*matches) {
                      auto counted = challenges.count_wrong((*challenge)->id);
                      if (!counted) return fail(std::move(counted).error());
                      const bool last = (*challenge)->wrong + 1 >= settings_.factor_code_tries;
                      return last ? RefusalReason::start_again : RefusalReason::wrong_code;
                    }
                    const auto consumed = challenges.consume((*challenge)->id);
                    if (!consumed) return fail(consumed.error());
                    if (!*consumed) return RefusalReason::wrong_code;
                    auto noted = note_verified(act.transaction, *act.row.phone, (*challenge)->sent);
                    if (!noted) return fail(std::move(noted).error());
                    return new_phone(act.row.account, *act.row.phone, act.now);
                  });
}

RegistrationService::Outcome<> RegistrationService::confirm_app(const Secret& token,
                                                                const Secret& code,
                                                                const Source& source) {
  const Secret typed = typed_code(code, kFactorCodeDigits);
  using Proof = std::variant<Factor, RefusalReason>;
  return activate(
      token, RegistrationStep::app_code, source, [&](RegistrationAct& act) -> Result<Proof> {
        const auto match = match_enrolment(neighbours_.totp, act.row.seed, typed, act.now);
        if (!match) return fail(match.error());
        if (!*match) {
          Challenges& challenges = act.transaction.challenges();
          const auto tries = challenges.current(app_scope(act.row));
          if (!tries) return fail(tries.error());
          if (!*tries) return RefusalReason::start_again;
          auto counted = challenges.count_wrong((*tries)->id);
          if (!counted) return fail(std::move(counted).error());
          const bool last = (*tries)->wrong + 1 >= settings_.factor_code_tries;
          return last ? RefusalReason::start_again : RefusalReason::wrong_code;
        }
        return new_app(act.row.account, act.row.seed, **match, act.now);
      });
}

}  // namespace portal
