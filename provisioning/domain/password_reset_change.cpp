// The new password. The directory and the store cannot commit together, so the store first writes
// an intent; what a crash or a lost answer leaves of it is told to the owner, who alone can find
// out which password counts.
//
// The service account sets the password: nobody knows the old one, so it cannot be done in the
// person's name. Its right to do so (write, without read) it has for the half-registered anyway,
// and it is no manager's right, so the directory's policy judges the password as it does a
// person's.

#include <chrono>
#include <utility>

#include "domain/audit_trail.hpp"
#include "domain/notices.hpp"
#include "domain/password_context.hpp"
#include "domain/password_judge.hpp"
#include "domain/password_reset.hpp"
#include "domain/ports/attempts.hpp"
#include "domain/ports/sessions.hpp"
#include "domain/ports/store.hpp"
#include "domain/reset_act.hpp"
#include "identity/unicode.hpp"

namespace portal {
namespace {

constexpr std::string_view kWhat = "password_reset.change";
/// Longer than any change takes: the directory's answers are waited for some seconds.
constexpr std::chrono::seconds kLeftBehind{60};

/// Why no password can be set for an entry, whatever it is; empty if one can.
std::string_view obstacle(const EntryStanding& entry) {
  if (entry.place != EntryStanding::Place::people) return "the entry is not among the people";
  // A new password would lift it (OpenLDAP's policy), and whoever set it did not mean that.
  if (entry.locked_by_administrator) return "locked by the directory's administrator";
  return {};
}

Result<void> end_intents_of(Transaction& transaction, const AccountId& account) {
  const auto open = transaction.intents().open();
  if (!open) return fail(open.error());
  for (const Intent& intent : *open) {
    if (intent.what != kResetIntent || intent.account != account) continue;
    if (auto ended = transaction.intents().end(intent.id); !ended) return fail(ended.error());
  }
  return {};
}

}  // namespace

PasswordResetService::Outcome<ResetPasswordRefused> PasswordResetService::change(
    const Secret& token, const Secret& password, const Source& source) {
  const auto found = row_of(token);
  if (!found) return fail(found.error());
  if (!*found) return Refusal{RefusalReason::start_again, DecisionId::random()};
  const PasswordReset& row = **found;
  if (row.step != ResetStep::new_password) return row.step;

  Result<Secret> normal = to_nfc(password);
  std::vector<PasswordFault> faults{PasswordFault::not_text};
  if (normal) {
    auto judged = faults_of(row, *normal);
    if (!judged) return fail(std::move(judged).error());
    faults = std::move(*judged);
  }
  if (!faults.empty()) {
    auto told = tell_denial(row, source, "the new password breaks our rules");
    if (!told) return fail(std::move(told).error());
    return ResetPasswordRefused{std::move(faults), std::nullopt};
  }

  const auto uuid =
      in_read<std::string>(neighbours_.store, [&](Transaction& transaction) -> Result<std::string> {
        const auto account = transaction.accounts().get(row.account);
        if (!account) return fail(account.error());
        return account->entry_uuid;
      });
  if (!uuid) return fail(uuid.error());
  const Result<EntryStanding> entry = neighbours_.directory.standing(*uuid);
  if (!entry) return fail(entry.error());
  if (const std::string_view why = obstacle(*entry); !why.empty()) {
    Outcome<> ended = act(kWhat, token, ResetStep::new_password, source, [&](ResetAct& act) {
      return act.give_up(RefusalReason::account_unusable, why);
    });
    if (!ended) return fail(std::move(ended).error());
    if (const auto* refusal = std::get_if<Refusal>(&*ended)) return *refusal;
    return std::get<ResetStep>(*ended);
  }

  Intent intent;
  PasswordReset changing;
  Outcome<> announced = announce(token, source, intent, changing);
  if (!announced) return fail(std::move(announced).error());
  if (const auto* refusal = std::get_if<Refusal>(&*announced)) return *refusal;
  if (changing.step != ResetStep::changing) return std::get<ResetStep>(*announced);
  const auto refused = neighbours_.directory.set_password(entry->dn, *normal);
  if (!refused) {
    // Perhaps it was set: the intent stays, and `settle` tells the owner.
    const bool perhaps = refused.error().code == Errc::unavailable;
    auto back = step_back(changing, source, "unavailable", "the directory does not take it",
                          perhaps ? nullptr : &intent);
    if (!back) return fail(std::move(back).error());
    return fail(refused.error());
  }
  if (*refused) {
    auto back =
        step_back(changing, source, "denied", "the directory refused the new password", &intent);
    if (!back) return fail(std::move(back).error());
    return ResetPasswordRefused{{}, **refused};
  }
  auto done = conclude(changing, source);
  // Set all the same: the intent stays, and the owner is told by `settle`.
  if (!done) return fail(std::move(done).error());
  return ResetStep::done;
}

Result<std::vector<PasswordFault>> PasswordResetService::faults_of(const PasswordReset& row,
                                                                   const Secret& password) {
  const auto context = in_read<PasswordContext>(
      neighbours_.store, [&](Transaction& transaction) -> Result<PasswordContext> {
        const auto account = transaction.accounts().get(row.account);
        if (!account) return fail(account.error());
        return password_context_of(transaction, neighbours_.portals, *account);
      });
  if (!context) return fail(context.error());
  return neighbours_.password_rules.faults_of(password, *context);
}

Result<void> PasswordResetService::tell_denial(const PasswordReset& row, const Source& source,
                                               std::string_view why) {
  AuditEvent event = success_event(neighbours_.clock.now(), kWhat, row.account.text(), source);
  event.outcome = "denied";
  event.reason = why;
  return neighbours_.store.write(
      kWhat, [&](Transaction& transaction) { return transaction.audit().append(event); });
}

PasswordResetService::Outcome<> PasswordResetService::announce(const Secret& token,
                                                               const Source& source, Intent& intent,
                                                               PasswordReset& changing) {
  return act("password_reset.intent", token, ResetStep::new_password, source,
             [&](ResetAct& act) -> Outcome<> {
               const auto holder = holder_of(act.transaction, act.row.account);
               if (!holder) return fail(holder.error());
               if (!*holder || (*holder)->factor->id != act.row.factor)
                 return act.give_up(RefusalReason::account_unusable, "changed since the factor");
               intent = Intent{IntentId::random(), std::string(kResetIntent),     act.row.account,
                               RegistrationId(),   (*holder)->account.entry_uuid, act.now};
               if (auto done = act.transaction.intents().write(intent); !done)
                 return fail(std::move(done).error());
               Outcome<> moved = act.advance(ResetStep::changing);
               if (moved) changing = act.row;
               return moved;
             });
}

Result<void> PasswordResetService::step_back(const PasswordReset& changing, const Source& source,
                                             std::string_view outcome, std::string_view why,
                                             const Intent* ended) {
  const UtcTime now = neighbours_.clock.now();
  return neighbours_.store.write(
      "password_reset.step_back", [&](Transaction& transaction) -> Result<void> {
        if (ended) {
          if (auto done = transaction.intents().end(ended->id); !done) return fail(done.error());
        }
        ResetAct act(transaction, changing, kWhat, source, now);
        if (auto kept = act.keep(ResetStep::new_password); !kept) return kept;
        AuditEvent event = success_event(now, kWhat, changing.account.text(), source);
        event.outcome = outcome;
        event.reason = why;
        return transaction.audit().append(event);
      });
}

Result<void> PasswordResetService::conclude(const PasswordReset& changing, const Source& source) {
  const UtcTime now = neighbours_.clock.now();
  return neighbours_.store.write(
      "password_reset.done", [&](Transaction& transaction) -> Result<void> {
        // Those of earlier tries as well whose answers were lost: now it is known what counts.
        if (auto ended = end_intents_of(transaction, changing.account); !ended) return ended;
        const auto account = transaction.accounts().get(changing.account);
        if (!account) return fail(account.error());
        PasswordReset row = changing;
        row.step = ResetStep::done;
        row.updated = now;
        // Not so if `settle` thought it was left behind: the password is the new one all the same.
        const auto kept = transaction.password_resets().update(row, ResetStep::changing);
        if (!kept) return fail(kept.error());
        auto abandoned = transaction.password_resets().abandon(account->id, row.id, now);
        if (!abandoned) return abandoned;
        const auto sessions = transaction.sessions().throw_out_all(account->id, SessionId(),
                                                                   SessionsOf::everywhere, now);
        if (!sessions) return fail(sessions.error());
        // The directory has forgotten the wrong passwords; so do we, or the new one would wait.
        auto welcomed = PasswordJudge::welcome(transaction, account->id, source, now);
        if (welcomed)
          welcomed = transaction.attempts().forget(AttemptKind::wrong_bind, account->id.text());
        if (!welcomed) return welcomed;
        auto put = put_notice(transaction, neighbours_.portals, *account, "mail.password_changed",
                              {}, now);
        if (!put) return put;
        return transaction.audit().append(
            success_event(now, "password_reset.done", account->id.text(), source));
      });
}

Result<void> PasswordResetService::settle() {
  const UtcTime now = neighbours_.clock.now();
  const auto open = in_read<std::vector<Intent>>(
      neighbours_.store, [](Transaction& transaction) { return transaction.intents().open(); });
  if (!open) return fail(open.error());
  for (const Intent& intent : *open) {
    if (intent.what != kResetIntent || now - intent.written < kLeftBehind) continue;
    const auto told = neighbours_.store.write(
        "password_reset.settle", [&](Transaction& transaction) -> Result<void> {
          const Result<bool> mine = transaction.intents().end(intent.id);
          if (!mine) return fail(mine.error());
          if (!*mine) return {};  // another thread or node was first
          const auto account = transaction.accounts().get(intent.account);
          if (!account) return fail(account.error());
          auto abandoned = transaction.password_resets().abandon(account->id, ResetId(), now);
          if (!abandoned) return abandoned;
          const auto sessions = transaction.sessions().throw_out_all(account->id, SessionId(),
                                                                     SessionsOf::everywhere, now);
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
