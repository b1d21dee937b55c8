#include "domain/new_factor.hpp"

#include "domain/audit_trail.hpp"
#include "domain/notices.hpp"
#include "domain/ports/attempts.hpp"
#include "domain/ports/store.hpp"

namespace portal {
namespace {

Factor factor_for(const AccountId& account, FactorKind kind, UtcTime now) {
  Factor factor;
  factor.id = FactorId::random();
  factor.account = account;
  factor.kind = kind;
  factor.created = now;
  return factor;
}

}  // namespace

Factor new_phone(const AccountId& account, const PhoneNumber& phone, UtcTime now) {
  Factor factor = factor_for(account, FactorKind::sms, now);
  factor.phone = phone;
  return factor;
}

Factor new_app(const AccountId& account, const Secret& seed, const StepMatch& proven_by,
               UtcTime now) {
  Factor factor = factor_for(account, FactorKind::totp, now);
  factor.seed = seed.clone();
  factor.last_step = proven_by.step;
  factor.offset = proven_by.offset;
  return factor;
}

Result<void> keep_factor(Transaction& transaction, const Portals& portals, const Account& account,
                         const Factor& factor, const Source& source, UtcTime now) {
  if (auto added = transaction.accounts().add_factor(factor); !added) return added;
  auto forgotten = transaction.attempts().forget(AttemptKind::wrong_code, account.id.text());
  if (!forgotten) return forgotten;
  auto put = put_notice(transaction, portals, account, "mail.factor_set_up", {}, now);
  if (!put) return put;
  AuditEvent event = success_event(now, "factor.set_up", account.id.text(), source);
  event.factor = name_of(factor.kind);
  return transaction.audit().append(event);
}

}  // namespace portal
