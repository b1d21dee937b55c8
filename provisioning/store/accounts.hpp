#pragma once

#include "domain/ports/accounts.hpp"
#include "store/context.hpp"

namespace portal {

/// Accounts with their memberships, accepted terms and factors.
class SqlAccounts final : public Accounts {
 public:
  explicit SqlAccounts(StoreContext context) : context_(context) {}

  // accounts.cpp
  Result<void> add(const Account& account) override;
  Result<Account> get(const AccountId& id) override;
  Result<bool> is_usable(const AccountId& id) override;
  Result<std::optional<Account>> find_by_email(const EmailAddress& email) override;
  Result<std::optional<Account>> find_by_person(const PersonId& person) override;
  Result<std::optional<Account>> find_by_name(const UserName& name) override;
  Result<std::vector<Account>> list(const AccountId& after, int limit) override;
  Result<void> set_state(const AccountId& id, AccountState state) override;
  Result<void> set_dn(const AccountId& id, std::string_view dn) override;
  Result<void> set_locked(const AccountId& id, std::optional<UtcTime> since) override;
  Result<void> set_language(const AccountId& id, Language language) override;
  Result<void> remove(const AccountId& id) override;

  // memberships.cpp
  Result<void> add_membership(const Membership& membership) override;
  Result<std::vector<Membership>> memberships(const AccountId& id) override;
  Result<void> accept_terms(const AccountId& id, const TermsAcceptance& terms) override;
  Result<std::optional<TermsAcceptance>> accepted_terms(const AccountId& id,
                                                        const PortalId& portal) override;
  Result<std::vector<TermsAcceptance>> terms_of(const AccountId& id) override;

  // factors.cpp
  Result<void> allow_enrolment(const AccountId& id, UtcTime ends) override;
  Result<bool> may_enrol(const AccountId& id, UtcTime now) override;
  Result<void> add_factor(const Factor& factor) override;
  Result<std::optional<Factor>> factor_of(const AccountId& id) override;
  Result<void> remove_factor(const AccountId& id) override;
  Result<bool> burn_step(const FactorId& id, std::int64_t step, int offset) override;

 private:
  Result<std::optional<Account>> find(std::string_view sql, sql::Parameters parameters);

  StoreContext context_;
};

}  // namespace portal
