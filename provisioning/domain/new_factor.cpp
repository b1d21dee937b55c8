#include "domain/new_factor.hpp"

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

}  // namespace portal
