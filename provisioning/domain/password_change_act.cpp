// The change itself. The directory and the store cannot commit together, so the store first writes
// an intent; what a crash or a lost answer leaves of it is told to the owner, who alone can find
// out which password counts.

#include <chrono>
#include <utility>

#include "domain/audit_trail.hpp"
#include "domain/notices.hpp"
#include "domain/password_change.hpp"
#include "domain/password_words.hpp"
#include "domain/ports/directory.hpp"
#include "domain/ports/intents.hpp"
#include "domain/ports/phrasebook.hpp"
#include "domain/ports/store.hpp"

namespace portal {
namespace {

constexpr std::string_view kIntent = "change_password";
constexpr std::string_view kWhat = "change_password.end";
/// Longer than any change takes: the directory's answers are waited for some seconds.
constexpr std::chrono::seconds kLeftBehind{60};

}  // namespace

Refusal PasswordChangeService::refuse(const LoginConversation& who, RefusalReason reason,
                                      std::string_view why, const Intent* intent) {
  const UtcTime now = neighbours_.clock.now();
  Refusal refusal{reason, DecisionId::random()};
  const auto told = neighbours_.store.write(kWhat, [&](Transaction& transaction) -> Result<void> {
    if (intent) {
      if (auto ended = transaction.intents().end(intent->id); !ended) return fail(ended.error());
    }
    return transaction.audit().append(
        refusal_event(now, kWhat, who.account.text(), who.source, refusal, why));
  });
  if (!told) refusal.reason = RefusalReason::unavailable;
  return refusal;
}

PasswordStep PasswordChangeService::refuse_next(const LoginConversation& who, std::string text,
                                                std::string_view why, const Intent* intent) {
  AuditEvent event = success_event(neighbours_.clock.now(), kWhat, who.account.text(), who.source);
  event.outcome = "denied";
  event.reason = why;
  const auto told = neighbours_.store.write(kWhat, [&](Transaction& transaction) -> Result<void> {
    if (intent) {
      if (auto ended = transaction.intents().end(intent->id); !ended) return fail(ended.error());
    }
    return transaction.audit().append(event);
  });
  if (!told) return Refusal{RefusalReason::unavailable, event.decision};
  return NewPasswordRefused{event.decision, std::move(text)};
}

PasswordStep PasswordChangeService::change(const PasswordConversation& conversation) {
  const LoginConversation& who = conversation.who;
  Intent intent;
  intent.id = IntentId::random();
  intent.what = kIntent;
  intent.account = who.account;
  intent.written = neighbours_.clock.now();
  std::string dn;
  const auto usable = in_write<bool>(
      neighbours_.store, "change_password.intent", [&](Transaction& transaction) -> Result<bool> {
        const auto account = transaction.accounts().get(who.account);
        if (!account) return fail(account.error());
        if (account->state != AccountState::active || account->locked) return false;
        intent.entry_uuid = account->entry_uuid;
        dn = account->dn;
        if (auto done = transaction.intents().write(intent); !done) return fail(done.error());
        return true;
      });
  if (!usable) return Refusal{RefusalReason::unavailable, DecisionId::random()};
  if (!*usable) return refuse(who, RefusalReason::account_unusable, "changed since the password");
  const auto changed =
      neighbours_.directory.change_password(dn, conversation.current, conversation.next);
  if (changed) return conclude(conversation, intent, *changed);
  if (changed.error().code == Errc::unavailable) {
    // Perhaps it was changed: the intent stays, and `settle` tells the owner.
    return refuse(who, RefusalReason::unavailable, "the directory does not answer");
  }
  return refuse(who, RefusalReason::unavailable, "the directory lets nobody change a password",
                &intent);
}

PasswordStep PasswordChangeService::conclude(const PasswordConversation& conversation,
                                             const Intent& intent, const PasswordChange& change) {
  const LoginConversation& who = conversation.who;
  switch (change.outcome) {
    case PasswordChange::Outcome::taken: break;
    case PasswordChange::Outcome::wrong_password:
      return refuse(who, RefusalReason::wrong_credentials, "changed since it was asked for",
                    &intent);
    case PasswordChange::Outcome::expired:
      return refuse(who, RefusalReason::account_unusable, "the password has expired for good",
                    &intent);
    case PasswordChange::Outcome::refused:
      return refuse_next(who,
                         neighbours_.phrases.text(
                             who.language, key_of(change.refusal.value_or(PasswordRefusal::other))),
                         "the directory refused the new password", &intent);
  }
  const UtcTime now = neighbours_.clock.now();
  AuditEvent event = success_event(now, "change_password.done", who.account.text(), who.source);
  event.reason = "service " + who.service;
  const auto done = neighbours_.store.write(
      "change_password.done", [&](Transaction& transaction) -> Result<void> {
        if (auto ended = transaction.intents().end(intent.id); !ended) return fail(ended.error());
        const auto account = transaction.accounts().get(who.account);
        if (!account) return fail(account.error());
        // Requirement W4. Whoever types passwd(1) stays in the session that they type it in.
        const auto sessions = transaction.sessions().throw_out_all(who.account, conversation.keeps,
                                                                   SessionsOf::web, now);
        if (!sessions) return fail(sessions.error());
        auto put = put_notice(transaction, neighbours_.portals, *account, "mail.password_changed",
                              {}, now);
        if (!put) return put;
        return transaction.audit().append(event);
      });
  // Changed all the same: the intent stays, and the owner is told by `settle`.
  if (!done) return Refusal{RefusalReason::unavailable, event.decision};
  return PasswordChanged{event.decision};
}

Result<void> PasswordChangeService::settle() {
  const UtcTime now = neighbours_.clock.now();
  const auto open = in_read<std::vector<Intent>>(
      neighbours_.store, [](Transaction& transaction) { return transaction.intents().open(); });
  if (!open) return fail(open.error());
  for (const Intent& intent : *open) {
    if (intent.what != kIntent || now - intent.written < kLeftBehind) continue;
    const auto told = neighbours_.store.write(
        "change_password.settle", [&](Transaction& transaction) -> Result<void> {
          const Result<bool> mine = transaction.intents().end(intent.id);
          if (!mine) return fail(mine.error());
          if (!*mine) return {};  // another thread or node was first
          const auto account = transaction.accounts().get(intent.account);
          if (!account) return fail(account.error());
          const auto sessions =
              transaction.sessions().throw_out_all(account->id, SessionId(), SessionsOf::web, now);
          if (!sessions) return fail(sessions.error());
          auto put = put_notice(transaction, neighbours_.portals, *account,
                                "mail.password_perhaps_changed", {}, now);
          if (!put) return put;
          AuditEvent event = success_event(now, kWhat, account->id.text(), {"local", "portald"});
          event.outcome = "unavailable";
          event.reason = "the answer was lost: either password may count";
          return transaction.audit().append(event);
        });
    if (!told) return told;
  }
  return {};
}

}  // namespace portal
