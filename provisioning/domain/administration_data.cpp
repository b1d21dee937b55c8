// An account at its end, and what a person may ask for: their data, and that it be forgotten (J5).

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "domain/administration.hpp"
#include "domain/administration_acts.hpp"
#include "domain/audit_trail.hpp"
#include "domain/ports/intents.hpp"
#include "domain/ports/recovery_codes.hpp"
#include "domain/ports/store.hpp"
#include "domain/staged_leftovers.hpp"

namespace portal {
namespace {

/// A host that has not ended a login for so long is gone: its daemon tries at least once a minute.
constexpr std::chrono::hours kHostIsGone{24};

Result<void> fill(Transaction& transaction, PersonalData& data) {
  const AccountId& account = data.details.account.id;
  const auto factor = transaction.accounts().factor_of(account);
  if (!factor) return fail(factor.error());
  if (*factor) {
    data.details.factor = (*factor)->kind;
    data.factor_since = (*factor)->created;
  }
  if (*factor && (*factor)->phone) {
    data.details.factor_hint = (*factor)->phone->masked();
    data.phone = (*factor)->phone->e164();
  }
  const auto codes = transaction.recovery_codes().left(account);
  if (!codes) return fail(codes.error());
  data.recovery_codes_left = *codes;
  auto terms = transaction.accounts().terms_of(account);
  if (!terms) return fail(std::move(terms).error());
  data.terms = std::move(*terms);
  auto letters = transaction.people().letters_of(data.details.person.id);
  if (!letters) return fail(std::move(letters).error());
  data.letters = std::move(*letters);
  auto sessions = transaction.sessions().recent(account, std::numeric_limits<int>::max());
  if (!sessions) return fail(std::move(sessions).error());
  data.sessions = std::move(*sessions);
  auto registrations = transaction.registrations().of(data.details.person.id);
  if (!registrations) return fail(std::move(registrations).error());
  std::set<std::string> ids{account.text(), data.details.person.id.text()};
  for (Registration& one : *registrations) {
    one.seed = Secret();
    ids.insert(one.account.text());
  }
  data.registrations = std::move(*registrations);
  auto records = records_of(transaction.audit(), std::move(ids));
  if (!records) return fail(std::move(records).error());
  data.records = std::move(*records);
  return {};
}

/// What must end before the account can: each of these would be left without its other half.
Result<void> is_settled(Transaction& transaction, const Account& account, UtcTime now) {
  if (account.state != AccountState::disabled)
    return fail(Errc::conflict, "the account is in use: disable it first");
  const auto at_hosts = transaction.sessions().at_hosts(account.id, now - kHostIsGone);
  if (!at_hosts) return fail(at_hosts.error());
  if (*at_hosts > 0) return fail(Errc::conflict, "a login of this account on a host has not ended");
  const auto intents = transaction.intents().open();
  if (!intents) return fail(intents.error());
  if (std::ranges::find(*intents, account.id, &Intent::account) != intents->end())
    return fail(Errc::conflict, "a change in the directory has not ended");
  return nothing_on_its_way(transaction, account.person,
                            {account.person.text(), account.id.text()});
}

}  // namespace

Result<void> AdministrationService::disable(std::string_view name, const Administrator& by) {
  const UtcTime now = clock_.now();
  return store_.write("admin.disable", [&](Transaction& transaction) -> Result<void> {
    const Result<Account> account = account_named(transaction, name);
    if (!account) return fail(account.error());
    if (account->state != AccountState::active)
      return fail(Errc::conflict, "the account is not active");
    auto done = transaction.accounts().set_state(account->id, AccountState::disabled);
    if (!done) return done;
    const auto ended =
        transaction.sessions().throw_out_all(account->id, SessionId(), SessionsOf::everywhere, now);
    if (!ended) return fail(ended.error());
    return transaction.audit().append(act_of(by, now, "account.disabled", account->id.text()));
  });
}

Result<void> AdministrationService::enable(std::string_view name, const Administrator& by) {
  const UtcTime now = clock_.now();
  return store_.write("admin.enable", [&](Transaction& transaction) -> Result<void> {
    const Result<Account> account = account_named(transaction, name);
    if (!account) return fail(account.error());
    if (account->state != AccountState::disabled)
      return fail(Errc::conflict, "the account is not disabled");
    auto done = transaction.accounts().set_state(account->id, AccountState::active);
    if (!done) return done;
    return transaction.audit().append(act_of(by, now, "account.enabled", account->id.text()));
  });
}

/// Told of first, in a transaction of its own: to walk the audit log takes its time, in which
/// everybody else must be able to write.
Result<PersonalData> AdministrationService::export_data(std::string_view name,
                                                        const Administrator& by) {
  const UtcTime now = clock_.now();
  const auto id = in_write<AccountId>(
      store_, "admin.export", [&](Transaction& transaction) -> Result<AccountId> {
        Result<Account> account = account_named(transaction, name);
        if (!account) return fail(std::move(account).error());
        auto told =
            transaction.audit().append(act_of(by, now, "admin.exported", account->id.text()));
        if (!told) return fail(std::move(told).error());
        return account->id;
      });
  if (!id) return fail(id.error());
  return in_read<PersonalData>(store_, [&](Transaction& transaction) -> Result<PersonalData> {
    Result<Account> account = transaction.accounts().get(*id);
    if (!account) return fail(std::move(account).error());
    Result<Person> person = transaction.people().get(account->person);
    if (!person) return fail(std::move(person).error());
    auto memberships = transaction.accounts().memberships(account->id);
    if (!memberships) return fail(std::move(memberships).error());
    PersonalData data{
        {std::move(*account), std::move(*person), std::move(*memberships), std::nullopt, ""},
        "",
        std::nullopt,
        0,
        {},
        {},
        {},
        {},
        {}};
    if (auto filled = fill(transaction, data); !filled) return fail(std::move(filled).error());
    return data;
  });
}

Result<LeftEntry> AdministrationService::erase(std::string_view name, const Administrator& by) {
  const UtcTime now = clock_.now();
  return in_write<LeftEntry>(
      store_, "admin.erase", [&](Transaction& transaction) -> Result<LeftEntry> {
        Result<Account> account = account_named(transaction, name);
        if (!account) return fail(std::move(account).error());
        if (auto settled = is_settled(transaction, *account, now); !settled)
          return fail(std::move(settled).error());
        if (auto left = leave_to_take_back(transaction, account->person, now); !left)
          return fail(std::move(left).error());
        if (auto gone = transaction.people().erase(account->person); !gone)
          return fail(std::move(gone).error());
        auto told =
            transaction.audit().append(act_of(by, now, "account.erased", account->id.text()));
        if (!told) return fail(std::move(told).error());
        return LeftEntry{std::move(account->dn), std::move(account->entry_uuid)};
      });
}

}  // namespace portal
