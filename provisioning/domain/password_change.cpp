// The conversation: the present password, the second factor, the new password twice.

#include "domain/password_change.hpp"

#include <utility>

#include "domain/audit_trail.hpp"
#include "domain/login_prompts.hpp"
#include "domain/password_context.hpp"
#include "domain/password_words.hpp"
#include "domain/ports/directory.hpp"
#include "domain/ports/phrasebook.hpp"
#include "domain/ports/proofs.hpp"
#include "domain/ports/store.hpp"
#include "identity/unicode.hpp"

namespace portal {
namespace {

using Stage = PasswordConversation::Stage;

/// No entry has it: what is asked about it costs as much as for one that there is.
constexpr std::string_view kNobodysEntry = "00000000-0000-0000-0000-000000000000";

FactorClaim claim_of(const LoginConversation& who) {
  return {who.account, who.service, std::nullopt, who.source, who.language, who.account.text()};
}

/// What of an account matters before each step; much may have happened since the last one.
struct Holder {
  Account account;
  std::optional<Factor> factor;
};

Result<Holder> holder_of(Transaction& transaction, const AccountId& id) {
  Result<Account> account = transaction.accounts().get(id);
  if (!account) return fail(std::move(account).error());
  auto factor = transaction.accounts().factor_of(id);
  if (!factor) return fail(std::move(factor).error());
  return Holder{std::move(*account), std::move(*factor)};
}

/// Why nothing can be changed although the present password is right; empty if it can.
std::string_view obstacle(const Holder& holder, BindAnswer::Verdict verdict) {
  if (holder.account.state != AccountState::active) return "the account is not active";
  if (holder.account.locked) return "locked by an administrator";
  if (verdict == BindAnswer::Verdict::expired) return "the password has expired for good";
  if (!holder.factor) return "no second factor";
  return {};
}

}  // namespace

PasswordChangeService::PasswordChangeService(Neighbours neighbours, LoginSettings settings)
    : neighbours_(neighbours), factors_(neighbours.totp, neighbours.portals, std::move(settings)) {}

Result<void> PasswordChangeService::prepare() {
  const auto answers = neighbours_.store.read([](Transaction& transaction) -> Result<void> {
    const auto nobody = transaction.accounts().list(AccountId(), 1);
    if (!nobody) return fail(nobody.error());
    return {};
  });
  if (!answers) return answers;
  const auto place = neighbours_.directory.locate(kNobodysEntry);
  if (!place) return fail(place.error());
  return {};
}

Result<bool> PasswordChangeService::must_change(const LoginConversation& who) {
  const Result<UserName> name = UserName::parse(who.typed_name);
  if (!name) return false;
  struct Found {
    std::optional<Account> account;
    bool proven = false;
  };
  const auto found =
      in_read<Found>(neighbours_.store, [&](Transaction& transaction) -> Result<Found> {
        auto account = transaction.accounts().find_by_name(*name);
        if (!account) return fail(std::move(account).error());
        if (!*account) return Found{};
        const auto proven =
            transaction.proofs().waits((*account)->id, who.source, neighbours_.clock.now());
        if (!proven) return fail(proven.error());
        return Found{std::move(*account), *proven};
      });
  if (!found) return fail(found.error());
  if (!found->account) return false;
  if (found->proven) return true;
  const auto entry = neighbours_.directory.standing(found->account->entry_uuid);
  if (!entry) return fail(entry.error());
  return entry->must_change || entry->expired;
}

PasswordStep PasswordChangeService::start(PasswordConversation& conversation, const Secret& current,
                                          bool only_expired) {
  conversation.stage = Stage::over;
  if (only_expired) {
    const Result<bool> needed = must_change(conversation.who);
    if (!needed) return refuse(conversation.who, RefusalReason::unavailable, "");
    if (!*needed) return PasswordChanged{};
  }
  if (!current.empty()) return judge_current(conversation, current);
  conversation.stage = Stage::current;
  return Prompt{Prompt::Kind::current_password, false,
                neighbours_.phrases.text(conversation.who.language, "prompt.current_password")};
}

PasswordStep PasswordChangeService::answer(PasswordConversation& conversation,
                                           const Secret& answer) {
  switch (std::exchange(conversation.stage, Stage::over)) {
    case Stage::current: return judge_current(conversation, answer);
    case Stage::code: return judge_code(conversation, answer);
    case Stage::next: return take_next(conversation, answer);
    case Stage::again: return take_again(conversation, answer);
    case Stage::over: break;
  }
  return Refusal{RefusalReason::start_again, DecisionId::random()};
}

std::optional<Refusal> PasswordChangeService::admit(PasswordConversation& conversation,
                                                    const Secret& password) {
  LoginConversation& who = conversation.who;
  const JudgedPassword judged =
      neighbours_.passwords.judge("change_password.current", who.typed_name, password, who.source);
  if (judged.refusal) return judged.refusal;
  who.account = judged.account->id;
  const auto holder = in_read<Holder>(neighbours_.store, [&](Transaction& transaction) {
    return holder_of(transaction, who.account);
  });
  if (!holder) return Refusal{RefusalReason::unavailable, DecisionId::random()};
  const std::string_view why = obstacle(*holder, judged.answer.verdict);
  if (!why.empty()) return refuse(who, RefusalReason::account_unusable, why);
  // From here on the person has shown that they know the account: their own language.
  who.language = holder->account.language;
  Result<Secret> normal = to_nfc(password);
  if (!normal) return refuse(who, RefusalReason::wrong_credentials, "not text");
  conversation.current = std::move(*normal);
  return std::nullopt;
}

PasswordStep PasswordChangeService::judge_current(PasswordConversation& conversation,
                                                  const Secret& password) {
  if (const auto refusal = admit(conversation, password)) return *refusal;
  return ask_factor(conversation);
}

PasswordStep PasswordChangeService::ask_factor(PasswordConversation& conversation) {
  const LoginConversation& who = conversation.who;
  const UtcTime now = neighbours_.clock.now();
  using Asked = std::variant<Prompt, Refusal, std::monostate>;
  auto asked = in_write<Asked>(
      neighbours_.store, "change_password.factor", [&](Transaction& transaction) -> Result<Asked> {
        const auto proven = transaction.proofs().consume(who.account, who.source, now);
        if (!proven) return fail(proven.error());
        if (*proven) {
          AuditEvent event =
              success_event(now, "change_password.factor", who.account.text(), who.source);
          event.reason = "proven by the login just now";
          if (auto told = transaction.audit().append(event); !told) return fail(told.error());
          return std::monostate();
        }
        const auto holder = holder_of(transaction, who.account);
        if (!holder) return fail(holder.error());
        auto refused = std::optional(RefusalReason::account_unusable);
        if (holder->factor) {
          auto called = factors_.call(transaction, claim_of(who), *holder->factor, now);
          if (!called) return fail(std::move(called).error());
          refused = *called;
        }
        if (!refused) return code_prompt(neighbours_.phrases, who, *holder->factor);
        return tell_refusal(transaction, now, "change_password.factor", who.account.text(),
                            who.source, *refused, "");
      });
  if (!asked) return Refusal{RefusalReason::unavailable, DecisionId::random()};
  if (auto* refusal = std::get_if<Refusal>(&*asked)) return *refusal;
  if (auto* prompt = std::get_if<Prompt>(&*asked)) {
    conversation.stage = Stage::code;
    return std::move(*prompt);
  }
  return ask_next(conversation);
}

PasswordStep PasswordChangeService::judge_code(PasswordConversation& conversation,
                                               const Secret& answer) {
  constexpr std::string_view what = "change_password.code";
  const LoginConversation& who = conversation.who;
  const UtcTime now = neighbours_.clock.now();
  const auto refused = in_write<std::optional<Refusal>>(
      neighbours_.store, what, [&](Transaction& transaction) -> Result<std::optional<Refusal>> {
        const auto holder = holder_of(transaction, who.account);
        if (!holder) return fail(holder.error());
        JudgedCode judged{RefusalReason::account_unusable, "changed since the password", ""};
        if (obstacle(*holder, BindAnswer::Verdict::accepted).empty()) {
          auto answered = factors_.judge(transaction, claim_of(who), holder->factor, answer, now);
          if (!answered) return fail(std::move(answered).error());
          judged = *answered;
        }
        std::optional<Refusal> refusal;
        if (judged.refused) refusal = Refusal{*judged.refused, DecisionId::random()};
        AuditEvent event =
            refusal ? refusal_event(now, what, who.account.text(), who.source, *refusal, judged.why)
                    : success_event(now, what, who.account.text(), who.source);
        event.factor = judged.by;
        if (auto told = transaction.audit().append(event); !told) return fail(told.error());
        return refusal;
      });
  if (!refused) return Refusal{RefusalReason::unavailable, DecisionId::random()};
  if (*refused) return **refused;
  return ask_next(conversation);
}

Prompt PasswordChangeService::ask_next(PasswordConversation& conversation) const {
  const Language language = conversation.who.language;
  const Phrasebook& phrases = neighbours_.phrases;
  conversation.stage = Stage::next;
  return {Prompt::Kind::new_password, false,
          phrases.text(
              language, "prompt.new_password",
              {{"rule", phrases.text(language, rule_key(neighbours_.password_rules.profile()))}})};
}

Result<std::string> PasswordChangeService::faults_of(const PasswordConversation& conversation,
                                                     const Secret& password) {
  const LoginConversation& who = conversation.who;
  const auto context = in_read<PasswordContext>(
      neighbours_.store, [&](Transaction& transaction) -> Result<PasswordContext> {
        const auto account = transaction.accounts().get(who.account);
        if (!account) return fail(account.error());
        return password_context_of(transaction, neighbours_.portals, *account);
      });
  if (!context) return fail(context.error());
  std::string text;
  const auto add = [&](std::string_view key) {
    if (!text.empty()) text += ' ';
    text += neighbours_.phrases.text(who.language, key);
  };
  if (password.equals(conversation.current)) add("password.unchanged");
  for (const PasswordFault fault : neighbours_.password_rules.faults_of(password, *context)) {
    add(key_of(fault));
  }
  return text;
}

PasswordStep PasswordChangeService::take_next(PasswordConversation& conversation,
                                              const Secret& password) {
  const LoginConversation& who = conversation.who;
  Result<Secret> normal = to_nfc(password);
  if (!normal) {
    return refuse_next(who, neighbours_.phrases.text(who.language, "password.not_text"),
                       "the new password breaks our rules");
  }
  const Result<std::string> faults = faults_of(conversation, *normal);
  if (!faults) return refuse(who, RefusalReason::unavailable, "");
  if (!faults->empty()) return refuse_next(who, *faults, "the new password breaks our rules");
  conversation.next = std::move(*normal);
  conversation.stage = Stage::again;
  return Prompt{Prompt::Kind::new_password, false,
                neighbours_.phrases.text(who.language, "prompt.new_password_again")};
}

PasswordStep PasswordChangeService::take_again(PasswordConversation& conversation,
                                               const Secret& password) {
  const LoginConversation& who = conversation.who;
  const Result<Secret> normal = to_nfc(password);
  if (!normal || !normal->equals(conversation.next)) {
    return refuse_next(who, neighbours_.phrases.text(who.language, "field.password_again.wrong"),
                       "typed differently the second time");
  }
  return change(conversation);
}

}  // namespace portal
