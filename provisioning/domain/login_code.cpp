// The second half of a login: the code of the app, or of the SMS.

#include <chrono>
#include <utility>

#include "domain/audit_trail.hpp"
#include "domain/codes.hpp"
#include "domain/login.hpp"
#include "domain/login_prompts.hpp"
#include "domain/ports/accounts.hpp"
#include "domain/ports/attempts.hpp"
#include "domain/ports/challenges.hpp"
#include "domain/ports/directory.hpp"
#include "domain/ports/outbox.hpp"
#include "domain/ports/phrasebook.hpp"
#include "domain/ports/store.hpp"
#include "domain/sms_budget.hpp"
#include "domain/time_steps.hpp"

namespace portal {
namespace {

constexpr std::string_view kWhat = "login.code";

Refusal unavailable() { return {RefusalReason::unavailable, DecisionId::random()}; }

ChallengeScope scope_of(const LoginConversation& conversation) {
  return {ChallengePurpose::log_in, conversation.account.text(), conversation.service};
}

Message sms_for(const LoginConversation& conversation, const PhoneNumber& phone, const Secret& code,
                UtcTime now, UtcTime expires) {
  Message sms;
  sms.id = MessageId::random();
  sms.channel = Channel::sms;
  sms.recipient = phone.e164();
  sms.text = "sms.code";
  sms.values["code"] = std::string(code.reveal());
  sms.values["portal"] = conversation.service;
  sms.language = conversation.language;
  if (conversation.portal) sms.portal = *conversation.portal;
  sms.order_key = conversation.account.text();
  sms.created = now;
  sms.expires = expires;
  return sms;
}

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

/// Requirement T5: a few wrong codes in a row, then pauses that grow.
Result<bool> is_blocked(Transaction& transaction, const LoginSettings& settings,
                        const LoginConversation& conversation, UtcTime now) {
  const auto wrong =
      transaction.attempts().tally(AttemptKind::wrong_code, code_key(conversation), UtcTime());
  if (!wrong) return fail(wrong.error());
  return tries_left(*wrong, settings.code_tries, now) == 0;
}

/// Very many in a row lock the account until somebody looks (T5).
Result<void> count_wrong(Transaction& transaction, const LoginSettings& settings,
                         const LoginConversation& conversation, UtcTime now) {
  Attempts& attempts = transaction.attempts();
  const std::string key = code_key(conversation);
  if (auto done = attempts.record(AttemptKind::wrong_code, key, now); !done) return done;
  if (key != conversation.account.text()) return {};
  const auto in_all = attempts.count(AttemptKind::wrong_code, key, UtcTime());
  if (!in_all) return fail(in_all.error());
  if (*in_all < settings.code_tries_in_all) return {};
  return transaction.accounts().set_locked(conversation.account, now);
}

}  // namespace

LoginStep LoginService::challenge(const LoginConversation& conversation, const Factor& factor) {
  const UtcTime now = neighbours_.clock.now();
  auto step = in_write<LoginStep>(
      neighbours_.store, "login.challenge", [&](Transaction& transaction) -> Result<LoginStep> {
        const auto refuse = [&](RefusalReason reason) -> Result<LoginStep> {
          const Refusal refusal{reason, DecisionId::random()};
          const auto told = transaction.audit().append(
              refusal_event(now, "login.challenge", conversation.account.text(),
                            conversation.source, refusal, name_of(factor.kind)));
          if (!told) return fail(told.error());
          return refusal;
        };
        const auto blocked = is_blocked(transaction, settings_, conversation, now);
        if (!blocked) return fail(blocked.error());
        if (*blocked) return refuse(RefusalReason::too_many_tries);
        const Prompt prompt = code_prompt(neighbours_.phrases, conversation, factor);
        if (factor.kind == FactorKind::totp) return prompt;
        if (!factor.phone) return fail(Errc::internal, "an SMS factor without a number");
        const auto refused = spend_sms(transaction, settings_.sms, SmsPurpose::log_in,
                                       *factor.phone, conversation.source, now);
        if (!refused) return fail(refused.error());
        if (*refused == RefusalReason::must_wait) {
          // A code went out seconds ago and may still be on its way: ask for that one.
          const auto live = transaction.challenges().current(scope_of(conversation));
          if (!live) return fail(live.error());
          if (*live && now < (*live)->expires) return prompt;
        }
        if (*refused) return refuse(**refused);
        const Secret code = random_digits(kFactorCodeDigits);
        const UtcTime expires = now + settings_.sms.code_lifetime;
        auto opened = transaction.challenges().open(scope_of(conversation), code, now, expires);
        if (!opened) return fail(std::move(opened).error());
        auto put =
            transaction.outbox().put(sms_for(conversation, *factor.phone, code, now, expires));
        if (!put) return fail(std::move(put).error());
        return prompt;
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

LoginStep LoginService::judge_code(LoginConversation& conversation, const Secret& answer) {
  const UtcTime now = neighbours_.clock.now();
  const Secret code = typed_code(answer, kFactorCodeDigits);
  auto step = in_write<LoginStep>(
      neighbours_.store, kWhat, [&](Transaction& transaction) -> Result<LoginStep> {
        const std::string who = conversation.account.text();
        std::string_view kind;
        const auto refuse = [&](RefusalReason reason, std::string_view why) -> Result<LoginStep> {
          const Refusal refusal{reason, DecisionId::random()};
          AuditEvent event = refusal_event(now, kWhat, who, conversation.source, refusal, why);
          event.factor = kind;
          if (auto told = transaction.audit().append(event); !told) return fail(told.error());
          return refusal;
        };

        const auto blocked = is_blocked(transaction, settings_, conversation, now);
        if (!blocked) return fail(blocked.error());
        if (*blocked) return refuse(RefusalReason::too_many_tries, "");
        if (conversation.account.empty()) {
          const auto counted = count_wrong(transaction, settings_, conversation, now);
          if (!counted) return fail(counted.error());
          return refuse(RefusalReason::wrong_code, "no account that may enter");
        }
        const Result<Account> account = transaction.accounts().get(conversation.account);
        if (!account) return fail(account.error());
        const auto factor = transaction.accounts().factor_of(conversation.account);
        if (!factor) return fail(factor.error());
        if (account->state != AccountState::active || account->locked || !*factor) {
          return refuse(RefusalReason::account_unusable, "changed since the password");
        }
        kind = name_of((*factor)->kind);
        // Clients that send the password to every prompt: wrong, but no guess at the code.
        if (code.empty()) return refuse(RefusalReason::wrong_code, "not a code");

        const auto reason = burn(transaction, conversation, **factor, code, now);
        if (!reason) return fail(reason.error());
        if (*reason) {
          const auto counted = count_wrong(transaction, settings_, conversation, now);
          if (!counted) return fail(counted.error());
          return refuse(**reason, "");
        }
        auto forgotten =
            transaction.attempts().forget(AttemptKind::wrong_code, code_key(conversation));
        if (!forgotten) return fail(forgotten.error());
        const auto welcomed =
            passwords_.welcome(transaction, account->id, conversation.source, now);
        if (!welcomed) return fail(welcomed.error());
        AuditEvent event = success_event(now, "login.granted", who, conversation.source);
        event.factor = kind;
        event.reason = "service " + conversation.service;
        if (auto told = transaction.audit().append(event); !told) return fail(told.error());
        return Granted{account->id, (*factor)->kind, event.decision,
                       notice_of(neighbours_.phrases, conversation)};
      });
  if (!step) return unavailable();
  return std::move(*step);
}

Result<std::optional<RefusalReason>> LoginService::burn(Transaction& transaction,
                                                        const LoginConversation& conversation,
                                                        const Factor& factor, const Secret& code,
                                                        UtcTime now) {
  switch (factor.kind) {
    case FactorKind::totp: {
      const auto match =
          match_login(neighbours_.totp, factor.seed, factor.offset, factor.last_step, code, now);
      if (!match) return fail(match.error());
      if (!*match) return RefusalReason::wrong_code;
      const auto burnt =
          transaction.accounts().burn_step(factor.id, (*match)->step, (*match)->offset);
      if (!burnt) return fail(burnt.error());
      if (!*burnt) return RefusalReason::wrong_code;
      return std::optional<RefusalReason>();
    }
    case FactorKind::sms: {
      Challenges& challenges = transaction.challenges();
      const auto challenge = challenges.current(scope_of(conversation));
      if (!challenge) return fail(challenge.error());
      if (!*challenge) return RefusalReason::wrong_code;
      if (now >= (*challenge)->expires) return RefusalReason::expired_code;
      const auto matches = challenges.matches((*challenge)->id, code);
      if (!matches) return fail(matches.error());
      if (!*matches) return RefusalReason::wrong_code;
      const auto consumed = challenges.consume((*challenge)->id);
      if (!consumed) return fail(consumed.error());
      if (!*consumed) return RefusalReason::wrong_code;
      return std::optional<RefusalReason>();
    }
  }
  return fail(Errc::internal, "a factor of no kind");
}

}  // namespace portal
