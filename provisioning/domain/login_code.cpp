// The second half of a login: the code of the app, or of the SMS.

#include <utility>

#include "domain/audit_trail.hpp"
#include "domain/factor_proof.hpp"
#include "domain/login.hpp"
#include "domain/login_prompts.hpp"
#include "domain/ports/accounts.hpp"
#include "domain/ports/directory.hpp"
#include "domain/ports/phrasebook.hpp"
#include "domain/ports/store.hpp"

namespace portal {
namespace {

constexpr std::string_view kWhat = "login.code";

Refusal unavailable() { return {RefusalReason::unavailable, DecisionId::random()}; }

/// Under which wrong codes are counted: the account, once its password was right. Without a
/// password anybody may guess, so they count by source, or an outsider could lock the owner out.
std::string code_key(const LoginConversation& conversation) {
  const bool known = !conversation.account.empty();
  if (known && conversation.asks == LoginConversation::Asks::password_and_factor)
    return conversation.account.text();
  std::string key = conversation.account.text();
  if (!known) {
    const Result<UserName> name = UserName::parse(conversation.typed_name);
    key = "name:" + (name ? name->key() : std::string());
  }
  return key + "|" + conversation.source.throttle_key();
}

FactorClaim claim_of(const LoginConversation& conversation) {
  return {conversation.account, conversation.service,  conversation.portal,
          conversation.source,  conversation.language, code_key(conversation)};
}

}  // namespace

LoginStep LoginService::challenge(const LoginConversation& conversation, const Factor& factor) {
  const UtcTime now = neighbours_.clock.now();
  if (factor.kind == FactorKind::totp) {
    // Only a refusal has anything to write: a reader waits for nobody.
    const auto refused =
        in_read<std::optional<RefusalReason>>(neighbours_.store, [&](Transaction& transaction) {
          return factors_.call(transaction, claim_of(conversation), factor, now);
        });
    if (!refused) return unavailable();
    if (!*refused) return code_prompt(neighbours_.phrases, conversation, factor);
  }
  auto step = in_write<LoginStep>(
      neighbours_.store, "login.challenge", [&](Transaction& transaction) -> Result<LoginStep> {
        const auto refused = factors_.call(transaction, claim_of(conversation), factor, now);
        if (!refused) return fail(refused.error());
        if (*refused) {
          return tell_refusal(transaction, now, "login.challenge", conversation.account.text(),
                              conversation.source, **refused, name_of(factor.kind));
        }
        return code_prompt(neighbours_.phrases, conversation, factor);
      });
  if (!step) return unavailable();
  return std::move(*step);
}

/// A name that nobody has, or whose account may not enter, is asked for a code all the same (L5).
LoginStep LoginService::start_at_the_factor(LoginConversation& conversation) {
  struct Found {
    std::optional<Account> account;
    std::optional<Factor> factor;
  };
  auto found = in_read<Found>(neighbours_.store, [&](Transaction& transaction) -> Result<Found> {
    Found held;
    const Result<UserName> name = UserName::parse(conversation.typed_name);
    if (!name) return held;
    auto account = transaction.accounts().find_by_name(*name);
    if (!account) return fail(std::move(account).error());
    if (!*account || (*account)->state != AccountState::active || (*account)->locked) return held;
    held.account = std::move(*account);
    auto factor = transaction.accounts().factor_of(held.account->id);
    if (!factor) return fail(std::move(factor).error());
    held.factor = std::move(*factor);
    return held;
  });
  if (!found) {
    conversation.stage = LoginConversation::Stage::over;
    return unavailable();
  }
  conversation.stage = LoginConversation::Stage::code;
  Factor nobodys;
  if (found->factor) {
    conversation.account = found->account->id;
    conversation.language = found->account->language;
  }
  LoginStep next = challenge(conversation, found->factor ? *found->factor : nobodys);
  if (!std::holds_alternative<Prompt>(next)) conversation.stage = LoginConversation::Stage::over;
  return next;
}

LoginStep LoginService::resend(LoginConversation& conversation) {
  if (conversation.stage != LoginConversation::Stage::code) {
    return Refusal{RefusalReason::start_again, DecisionId::random()};
  }
  const auto factor =
      in_read<std::optional<Factor>>(neighbours_.store, [&](Transaction& transaction) {
        return transaction.accounts().factor_of(conversation.account);
      });
  if (!factor) return unavailable();
  if (!*factor) return Refusal{RefusalReason::start_again, DecisionId::random()};
  return challenge(conversation, **factor);
}

/// Clients that send the password to every prompt, with one that looks like a code: refused, and no
/// guess.
bool LoginService::is_the_password(const LoginConversation& conversation,
                                   const Secret& answer) const {
  return !conversation.password_index.empty() &&
         neighbours_.keyring.lasting_index(kEchoed, answer.reveal()) == conversation.password_index;
}

LoginStep LoginService::judge_code(LoginConversation& conversation, const Secret& answer) {
  if (is_the_password(conversation, answer))
    return refuse(conversation, RefusalReason::wrong_code, "the password once more");
  const UtcTime now = neighbours_.clock.now();
  auto step = in_write<LoginStep>(
      neighbours_.store, kWhat, [&](Transaction& transaction) -> Result<LoginStep> {
        const auto refuse = [&](RefusalReason reason, std::string_view why,
                                std::string_view kind) -> Result<LoginStep> {
          return tell_refusal(transaction, now, kWhat, conversation.account.text(),
                              conversation.source, reason, why, kind);
        };

        std::optional<Factor> factor;
        if (!conversation.account.empty()) {
          const Result<bool> usable = transaction.accounts().is_usable(conversation.account);
          if (!usable) return fail(usable.error());
          auto held = transaction.accounts().factor_of(conversation.account);
          if (!held) return fail(std::move(held).error());
          if (!*usable || !*held) {
            return refuse(RefusalReason::account_unusable, "changed since the password", "");
          }
          factor = std::move(*held);
        }
        const auto judged =
            factors_.judge(transaction, claim_of(conversation), factor, answer, now);
        if (!judged) return fail(judged.error());
        if (judged->refused) return refuse(*judged->refused, judged->why, judged->by);
        return grant(transaction, conversation, factor->kind, judged->by, now);
      });
  if (!step) return unavailable();
  return std::move(*step);
}

Result<LoginStep> LoginService::grant(Transaction& transaction,
                                      const LoginConversation& conversation, FactorKind factor,
                                      std::string_view shown, UtcTime now) {
  const AccountId& account = conversation.account;
  Result<void> welcomed;
  if (!conversation.needs_no_welcome)
    welcomed = PasswordJudge::welcome(transaction, account, conversation.source, now);
  if (!welcomed) return fail(welcomed.error());
  if (conversation.password.verdict == BindAnswer::Verdict::must_change) {
    auto left = leave_proof(transaction, account, conversation.source, now);
    if (!left) return fail(std::move(left).error());
  }
  AuditEvent event = success_event(now, "login.granted", account.text(), conversation.source);
  event.factor = shown;
  event.reason = "service " + conversation.service;
  if (auto told = transaction.audit().append(event); !told) return fail(told.error());
  return Granted{account, factor, event.decision, notice_of(neighbours_.phrases, conversation),
                 std::string(shown)};
}

}  // namespace portal
