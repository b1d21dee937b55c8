// The first half of a login: a name and a password against the directory.

#include <algorithm>
#include <utility>

#include "domain/audit_trail.hpp"
#include "domain/codes.hpp"
#include "domain/factor_enrolment.hpp"
#include "domain/login.hpp"
#include "domain/login_prompts.hpp"
#include "domain/ports/accounts.hpp"
#include "domain/ports/store.hpp"

namespace portal {
namespace {

constexpr std::string_view kWhat = "login.password";
constexpr std::string_view kNoFactor = "no second factor";

Refusal unavailable() { return {RefusalReason::unavailable, DecisionId::random()}; }

struct Holdings {
  bool is_member = true;
  std::optional<Factor> factor;
  bool takes_app_code = false;  ///< there is an app, and its code would be looked at now (T5)
  std::shared_ptr<FactorEnrolment> enrolment;
};

/// Where one can be led through several prompts; the web has pages for it.
bool may_enrol_here(const LoginConversation& conversation) {
  return !conversation.portal && conversation.profile.second_factor &&
         !asks_once(conversation.profile);
}

Result<bool> takes_app_code(Transaction& transaction, const SecondFactor& factors,
                            const Factor& factor, UtcTime now) {
  if (factor.kind != FactorKind::totp) return false;
  FactorClaim claim;
  claim.account = factor.account;
  claim.counted_under = factor.account.text();
  const auto blocked = factors.is_blocked(transaction, claim, now);
  if (!blocked) return fail(blocked.error());
  return !*blocked;
}

/// What the rest of the login may ask about; nothing is read that it will not.
Result<Holdings> holdings_of(const LoginService::Neighbours& neighbours,
                             const SecondFactor& factors, const Account& holder,
                             const LoginConversation& conversation) {
  const AccountId& account = holder.id;
  const std::optional<PortalId>& portal = conversation.portal;
  if (!portal && !conversation.profile.second_factor) return Holdings{};
  const UtcTime now = neighbours.clock.now();
  return in_read<Holdings>(neighbours.store, [&](Transaction& transaction) -> Result<Holdings> {
    Holdings found;
    if (portal && !conversation.joins) {
      const auto memberships = transaction.accounts().memberships(account);
      if (!memberships) return fail(memberships.error());
      found.is_member =
          std::ranges::find(*memberships, *portal, &Membership::portal) != memberships->end();
    }
    auto factor = transaction.accounts().factor_of(account);
    if (!factor) return fail(std::move(factor).error());
    found.factor = std::move(*factor);
    if (found.factor) {
      const auto open = takes_app_code(transaction, factors, *found.factor, now);
      if (!open) return fail(open.error());
      found.takes_app_code = *open;
      return found;
    }
    if (!may_enrol_here(conversation)) return found;
    auto enrolment = neighbours.enrolments.open_to(transaction, holder, now);
    if (!enrolment) return fail(std::move(enrolment).error());
    found.enrolment = std::move(*enrolment);
    return found;
  });
}

/// Whether the pages of a waiting letter go on from here: there a second factor is set up.
bool letter_takes_over(const LoginConversation& conversation) {
  return conversation.portal && conversation.joins;
}

/// Why a person with the right password must still stay outside; empty if nothing is in the way.
/// A password that must be changed lets PAM go on: the account phase says so, and the application
/// asks for the change. The web has no page for it.
std::string obstacle(const LoginConversation& conversation, const Account& account,
                     BindAnswer::Verdict verdict, const Holdings& holdings) {
  switch (verdict) {
    case BindAnswer::Verdict::must_change:
      if (conversation.portal) return "the password must be changed";
      break;
    case BindAnswer::Verdict::expired: return "the password has expired";
    case BindAnswer::Verdict::locked: return "locked by the directory";
    case BindAnswer::Verdict::wrong_password: return "wrong password";
    case BindAnswer::Verdict::accepted: break;
  }
  if (account.state != AccountState::active)
    return "account " + std::string(name_of(account.state));
  if (account.locked) return "locked by an administrator";
  if (!holdings.is_member) return "not a member of this portal";
  const bool has_a_way = holdings.factor || holdings.enrolment || letter_takes_over(conversation);
  if (!has_a_way && conversation.profile.second_factor) return std::string(kNoFactor);
  return {};
}

}  // namespace

LoginService::LoginService(Neighbours neighbours, LoginSettings settings)
    : neighbours_(neighbours),
      settings_(std::move(settings)),
      passwords_(neighbours.store, neighbours.directory, neighbours.clock, settings_),
      factors_(neighbours.totp, neighbours.portals, settings_) {}

LoginStep LoginService::start(LoginConversation& conversation) {
  if (conversation.asks == LoginConversation::Asks::factor_alone)
    return start_at_the_factor(conversation);
  return password_prompt(neighbours_.phrases, conversation);
}

LoginStep LoginService::answer(LoginConversation& conversation, const Secret& answer) {
  const auto stage = std::exchange(conversation.stage, LoginConversation::Stage::over);
  switch (stage) {
    case LoginConversation::Stage::password:
      return asks_once(conversation.profile) ? judge_single(conversation, answer)
                                             : judge_password(conversation, answer);
    case LoginConversation::Stage::code: return judge_code(conversation, answer);
    case LoginConversation::Stage::enrolment: return judge_enrolment(conversation, answer);
    case LoginConversation::Stage::over: break;
  }
  return Refusal{RefusalReason::start_again, DecisionId::random()};
}

std::variant<LoginService::Admitted, Refusal> LoginService::admit(LoginConversation& conversation,
                                                                  const Secret& password) {
  JudgedPassword judged =
      passwords_.judge(kWhat, conversation.typed_name, password, conversation.source);
  if (judged.refusal) return *judged.refusal;
  const Account& account = *judged.account;
  auto holdings = holdings_of(neighbours_, factors_, account, conversation);
  if (!holdings) return unavailable();
  const std::string why = obstacle(conversation, account, judged.answer.verdict, *holdings);
  // From here on the person has shown that they know the account.
  conversation.account = account.id;
  const bool helped_by_letter = conversation.portal && why == kNoFactor;
  if (!why.empty())
    return refuse(
        conversation,
        helped_by_letter ? RefusalReason::factor_missing : RefusalReason::account_unusable, why);
  conversation.language = account.language;  // their own
  conversation.password = judged.answer;
  conversation.needs_no_welcome = judged.needs_no_welcome;
  return Admitted{std::move(holdings->factor), holdings->takes_app_code,
                  std::move(holdings->enrolment)};
}

Refusal LoginService::refuse(const LoginConversation& conversation, RefusalReason reason,
                             std::string_view why) {
  const Refusal refusal{reason, DecisionId::random()};
  const auto told = neighbours_.store.write(kWhat, [&](Transaction& transaction) {
    return transaction.audit().append(refusal_event(neighbours_.clock.now(), kWhat,
                                                    conversation.account.text(),
                                                    conversation.source, refusal, why));
  });
  return told ? refusal : unavailable();
}

LoginStep LoginService::judge_password(LoginConversation& conversation, const Secret& password) {
  auto outcome = admit(conversation, password);
  if (const auto* refusal = std::get_if<Refusal>(&outcome)) return *refusal;
  if (!conversation.profile.second_factor) return grant_without_factor(conversation);
  Admitted& admitted = std::get<Admitted>(outcome);
  if (!admitted.factor && letter_takes_over(conversation))
    return Prompt{Prompt::Kind::factor_choice, true, {}};
  if (!admitted.factor) {
    conversation.enrolment = std::move(admitted.enrolment);
    conversation.stage = LoginConversation::Stage::enrolment;
    return neighbours_.enrolments.prompt_for(conversation);
  }
  if (!typed_code(password, kFactorCodeDigits).empty())
    conversation.password_index = neighbours_.keyring.lasting_index(kEchoed, password.reveal());
  LoginStep next = admitted.takes_app_code
                       ? code_prompt(neighbours_.phrases, conversation, *admitted.factor)
                       : challenge(conversation, *admitted.factor);
  if (std::holds_alternative<Prompt>(next)) conversation.stage = LoginConversation::Stage::code;
  return next;
}

/// Nothing was used up that could be used again, so the answer need not wait for the disk (J3).
LoginStep LoginService::grant_without_factor(const LoginConversation& conversation) {
  const UtcTime now = neighbours_.clock.now();
  AuditEvent event =
      success_event(now, "login.granted", conversation.account.text(), conversation.source);
  event.reason = "password alone";
  const auto told = neighbours_.store.write_soon(
      "login.granted",
      [event, account = conversation.account, source = conversation.source, now,
       is_due = !conversation.needs_no_welcome](Transaction& transaction) -> Result<void> {
        Result<void> welcomed;
        if (is_due) welcomed = PasswordJudge::welcome(transaction, account, source, now);
        if (!welcomed) return welcomed;
        return transaction.audit().append(event);
      });
  if (!told) return unavailable();
  return Granted{conversation.account, std::nullopt, event.decision,
                 notice_of(neighbours_.phrases, conversation)};
}

}  // namespace portal
