// A forgotten password, begun by an administrator, who never sees the code (requirement P5).

#include <utility>

#include "domain/administration.hpp"
#include "domain/administration_acts.hpp"
#include "domain/notices.hpp"
#include "domain/ports/attempts.hpp"
#include "domain/ports/password_resets.hpp"
#include "domain/ports/store.hpp"
#include "domain/reset_code.hpp"

namespace portal {
namespace {

/// Why the mail would help nobody.
Result<void> may_reset(Transaction& transaction, const Account& account) {
  if (account.state != AccountState::active)
    return fail(Errc::conflict, "the account is not active");
  if (account.locked)
    return fail(Errc::conflict, "the account is locked: unlock it first (accounts unlock)");
  const auto factor = transaction.accounts().factor_of(account.id);
  if (!factor) return fail(factor.error());
  if (!*factor)
    return fail(Errc::conflict,
                "the account has no second factor, and a mail alone resets nothing: the person "
                "needs a new letter (codes issue)");
  return {};
}

/// The one that was started before is dead; those that the person has begun go on.
Result<void> end_waiting(Transaction& transaction, const AccountId& account, UtcTime now) {
  auto waiting = transaction.password_resets().waiting_of(account);
  if (!waiting) return fail(std::move(waiting).error());
  if (!*waiting) return {};
  (*waiting)->step = ResetStep::abandoned;
  (*waiting)->updated = now;
  const auto kept = transaction.password_resets().update(**waiting, ResetStep::mail_code);
  return kept ? Result<void>() : fail(kept.error());
}

}  // namespace

Result<void> AdministrationService::start_reset(std::string_view name, const Administrator& by) {
  const UtcTime now = clock_.now();
  const ResetSettings settings;
  return store_.write("admin.start_reset", [&](Transaction& transaction) -> Result<void> {
    const Result<Account> account = account_named(transaction, name);
    if (!account) return fail(account.error());
    if (auto may = may_reset(transaction, *account); !may) return may;
    const Result<const Portal*> portal = portal_of(transaction, portals_, account->id);
    if (!portal) return fail(portal.error());
    if (auto ended = end_waiting(transaction, account->id, now); !ended) return ended;

    PasswordReset row;
    row.id = ResetId::random();
    row.account = account->id;
    row.portal = (*portal)->id;
    row.language = account->language;
    row.email = account->email;
    row.started = now;
    row.updated = now;
    row.expires = now + settings.started_code_lifetime;
    auto sent =
        send_reset_code(transaction, portals_, row, &*account, settings.started_code_lifetime, now);
    if (!sent) return sent;
    if (auto added = transaction.password_resets().add(row); !added) return added;
    // Wrong codes were tried at one that is dead now.
    auto forgotten = transaction.attempts().forget(AttemptKind::reset_code, account->email.key());
    if (!forgotten) return forgotten;
    return transaction.audit().append(
        act_of(by, now, "password_reset.started", account->id.text()));
  });
}

}  // namespace portal
