#include "domain/administration.hpp"

#include <algorithm>
#include <utility>

#include "domain/administration_acts.hpp"
#include "domain/audit_trail.hpp"
#include "domain/notices.hpp"
#include "domain/ports/attempts.hpp"
#include "domain/ports/recovery_codes.hpp"
#include "domain/ports/store.hpp"

namespace portal {
namespace {

constexpr int kMostShown = 1000;

/// Whether there is anything to log in with beside the password.
Result<bool> has_factor(Transaction& transaction, const AccountId& account) {
  const auto factor = transaction.accounts().factor_of(account);
  if (!factor) return fail(factor.error());
  if (*factor) return true;
  const auto codes = transaction.recovery_codes().left(account);
  if (!codes) return fail(codes.error());
  return *codes > 0;
}

}  // namespace

AdministrationService::AdministrationService(Store& store, Directory& directory, const Clock& clock,
                                             const Portals& portals, RegistrationSettings settings)
    : store_(store),
      directory_(directory),
      clock_(clock),
      portals_(portals),
      settings_(std::move(settings)) {}

Result<AccountDetails> AdministrationService::show(std::string_view name, std::string_view form,
                                                   const Administrator& by) {
  const UtcTime now = clock_.now();
  return in_write<AccountDetails>(
      store_, "admin.show", [&](Transaction& transaction) -> Result<AccountDetails> {
        Result<Account> account = account_named(transaction, name);
        if (!account) return fail(std::move(account).error());
        Result<Person> person = transaction.people().get(account->person);
        if (!person) return fail(std::move(person).error());
        auto memberships = transaction.accounts().memberships(account->id);
        if (!memberships) return fail(std::move(memberships).error());
        const auto factor = transaction.accounts().factor_of(account->id);
        if (!factor) return fail(factor.error());
        AuditEvent event = act_of(by, now, "admin.shown", account->id.text());
        event.reason = "form " + std::string(form);
        auto told = transaction.audit().append(event);
        if (!told) return fail(std::move(told).error());
        AccountDetails details{std::move(*account), std::move(*person), std::move(*memberships),
                               std::nullopt, ""};
        if (*factor) details.factor = (*factor)->kind;
        if (*factor && (*factor)->phone) details.factor_hint = (*factor)->phone->masked();
        return details;
      });
}

Result<std::vector<Account>> AdministrationService::list(const AccountId& after, int limit,
                                                         const Administrator& by) {
  const UtcTime now = clock_.now();
  return in_write<std::vector<Account>>(
      store_, "admin.list", [&](Transaction& transaction) -> Result<std::vector<Account>> {
        auto accounts = transaction.accounts().list(after, std::min(limit, kMostShown));
        if (!accounts) return accounts;
        auto told = transaction.audit().append(act_of(by, now, "admin.listed", ""));
        if (!told) return fail(std::move(told).error());
        return accounts;
      });
}

Result<void> AdministrationService::lock(std::string_view name, const Administrator& by) {
  const UtcTime now = clock_.now();
  return store_.write("admin.lock", [&](Transaction& transaction) -> Result<void> {
    const Result<Account> account = account_named(transaction, name);
    if (!account) return fail(account.error());
    if (auto done = transaction.accounts().set_locked(account->id, now); !done) return done;
    const auto ended =
        transaction.sessions().throw_out_all(account->id, SessionId(), SessionsOf::everywhere, now);
    if (!ended) return fail(ended.error());
    return transaction.audit().append(act_of(by, now, "account.locked", account->id.text()));
  });
}

Result<void> AdministrationService::unlock(std::string_view name, const Administrator& by) {
  const UtcTime now = clock_.now();
  return store_.write("admin.unlock", [&](Transaction& transaction) -> Result<void> {
    const Result<Account> account = account_named(transaction, name);
    if (!account) return fail(account.error());
    if (auto done = transaction.accounts().set_locked(account->id, std::nullopt); !done) {
      return done;
    }
    auto forgotten = transaction.attempts().forget(AttemptKind::wrong_code, account->id.text());
    if (!forgotten) return forgotten;
    return transaction.audit().append(act_of(by, now, "account.unlocked", account->id.text()));
  });
}

Result<void> AdministrationService::reset_factor(std::string_view name, const Administrator& by) {
  const UtcTime now = clock_.now();
  return store_.write("admin.reset_factor", [&](Transaction& transaction) -> Result<void> {
    const Result<Account> account = account_named(transaction, name);
    if (!account) return fail(account.error());
    const Result<bool> had_one = has_factor(transaction, account->id);
    if (!had_one) return fail(had_one.error());
    if (auto done = transaction.accounts().remove_factor(account->id); !done) return done;
    // They stand in for a factor; a new one comes with new ones.
    if (auto done = transaction.recovery_codes().replace(account->id, {}, now); !done) return done;
    const auto ended =
        transaction.sessions().throw_out_all(account->id, SessionId(), SessionsOf::everywhere, now);
    if (!ended) return fail(ended.error());
    if (*had_one) {
      auto put = put_notice(transaction, portals_, *account, "mail.factor_removed", {}, now);
      if (!put) return put;
    }
    return transaction.audit().append(act_of(by, now, "factor.reset", account->id.text()));
  });
}

Result<std::vector<Session>> AdministrationService::sessions(std::string_view name,
                                                             const Administrator& by) {
  const UtcTime now = clock_.now();
  return in_write<std::vector<Session>>(
      store_, "admin.sessions", [&](Transaction& transaction) -> Result<std::vector<Session>> {
        AccountId account;
        if (!name.empty()) {
          const Result<Account> found = account_named(transaction, name);
          if (!found) return fail(found.error());
          account = found->id;
        }
        auto told = transaction.audit().append(act_of(by, now, "admin.sessions", account.text()));
        if (!told) return fail(std::move(told).error());
        return transaction.sessions().open(account, kMostShown);
      });
}

Result<void> AdministrationService::end_session(const SessionId& id, const Administrator& by) {
  const UtcTime now = clock_.now();
  return store_.write("admin.end_session", [&](Transaction& transaction) -> Result<void> {
    const Result<bool> ended = transaction.sessions().throw_out(id, now);
    if (!ended) return fail(ended.error());
    if (!*ended) return fail(Errc::not_found, "no open session has this id");
    AuditEvent event = act_of(by, now, "session.ended", "");
    event.reason = "session " + id.text();
    return transaction.audit().append(event);
  });
}

}  // namespace portal
