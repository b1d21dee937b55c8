// The whole change in one go, for a page that has asked for everything.

#include <utility>

#include "domain/own_factor.hpp"
#include "domain/password_change.hpp"
#include "domain/ports/phrasebook.hpp"
#include "identity/unicode.hpp"

namespace portal {

Result<std::optional<Refusal>> PasswordChangeService::call_factor(const LoginConversation& who) {
  FactorClaim claim;
  claim.account = who.account;
  claim.service = who.service;
  claim.portal = who.portal;
  claim.source = who.source;
  claim.counted_under = who.account.text();
  return call_own_factor(neighbours_.store, factors_, std::move(claim), "change_password.factor",
                         neighbours_.clock.now());
}

PasswordStep PasswordChangeService::change_at_once(PasswordConversation& conversation,
                                                   const Secret& code, const Secret& next) {
  const Secret current = std::exchange(conversation.current, Secret());
  Result<Secret> typed = to_nfc(current);
  Result<Secret> wanted = to_nfc(next);
  if (!typed || !wanted) {
    return refuse_next(conversation.who,
                       neighbours_.phrases.text(conversation.who.language, "password.not_text"),
                       "not text");
  }
  conversation.current = std::move(*typed);  // what the new one is compared with
  conversation.next = std::move(*wanted);
  const Result<std::string> faults = faults_of(conversation, conversation.next);
  if (!faults) return Refusal{RefusalReason::unavailable, DecisionId::random()};
  if (!faults->empty())
    return refuse_next(conversation.who, *faults, "the new password breaks our rules");

  const AccountId owner = conversation.who.account;
  const Language shown = conversation.who.language;
  if (const auto refusal = admit(conversation, current)) return *refusal;
  conversation.who.language = shown;  // the page's, not the account's
  if (conversation.who.account != owner)
    return refuse(conversation.who, RefusalReason::account_unusable, "another account's name");
  PasswordStep judged = judge_code(conversation, code);
  if (std::holds_alternative<Refusal>(judged)) return judged;
  conversation.stage = PasswordConversation::Stage::over;
  PasswordStep step = change(conversation);
  if (auto* refused = std::get_if<NewPasswordRefused>(&step)) refused->code_used = true;
  return step;
}

}  // namespace portal
