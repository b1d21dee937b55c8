#include "domain/administration_acts.hpp"

#include <algorithm>
#include <utility>

#include "domain/audit_trail.hpp"
#include "domain/ports/outbox.hpp"
#include "domain/ports/registrations.hpp"
#include "domain/ports/store.hpp"

namespace portal {

AuditEvent act_of(const Administrator& by, UtcTime now, std::string_view what,
                  std::string_view account) {
  AuditEvent event = success_event(now, what, account, by.source);
  event.actor = by.name;
  return event;
}

Result<Account> account_named(Transaction& transaction, std::string_view name) {
  if (const Result<UserName> typed = UserName::parse(name)) {
    Result<std::optional<Account>> by_name = transaction.accounts().find_by_name(*typed);
    if (!by_name) return fail(std::move(by_name).error());
    if (*by_name) return std::move(**by_name);
  }
  Result<Account> by_id = transaction.accounts().get(AccountId(std::string(name)));
  if (!by_id && by_id.error().code == Errc::not_found) {
    return fail(Errc::not_found, "no account has this id, e-mail address or login name");
  }
  return by_id;
}

Result<void> nothing_on_its_way(Transaction& transaction, const PersonId& person,
                                const std::vector<std::string>& order_keys) {
  for (const std::string& key : order_keys) {
    const auto held = transaction.outbox().holds(key);
    if (!held) return fail(held.error());
    if (*held) return fail(Errc::conflict, "a message to this person is on its way");
  }
  const auto registrations = transaction.registrations().open_of(person);
  if (!registrations) return fail(registrations.error());
  const bool staged = std::ranges::any_of(
      *registrations, [](const Registration& one) { return !one.entry_uuid.empty(); });
  if (staged) return fail(Errc::conflict, "a registration of this person has not ended");
  return {};
}

Result<std::vector<AuditRecord>> records_of(AuditLog& log, std::set<std::string> ids) {
  while (true) {
    auto records = log.of(ids);
    if (!records) return records;
    const std::size_t known = ids.size();
    for (const AuditRecord& record : *records) {
      if (auto earlier = earlier_id_in(record.event)) ids.insert(std::move(*earlier));
    }
    if (ids.size() == known) return records;
  }
}

}  // namespace portal
