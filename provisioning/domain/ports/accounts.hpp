#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "identity/email_address.hpp"
#include "identity/id.hpp"
#include "identity/language.hpp"
#include "identity/phone_number.hpp"
#include "identity/user_name.hpp"

namespace portal {

enum class AccountState {
  activating,  ///< the intent is written, the directory may not have followed yet
  active,
  disabled,  ///< by an administrator; comes back by `enable`
};
std::string_view name_of(AccountState state) noexcept;

/// A registered person's account. The password is in the directory, never here.
struct Account {
  AccountId id;
  PersonId person;
  EmailAddress email;
  std::string login_name;  ///< pseudonymous, [a-z][a-z0-9]*, unique
  Language language = Language::fr;
  AccountState state = AccountState::activating;
  std::string entry_uuid;  ///< the directory entry, for ever (RFC 4530)
  std::string dn;          ///< where it was last seen
  std::optional<UtcTime> locked;
  UtcTime created;
};

/// A person's right to use one portal, and the terms they accepted there.
struct Membership {
  AccountId account;
  PortalId portal;
  AudienceId audience;
  UtcTime since;
};

/// Which terms of use were accepted, when (requirement R9).
struct TermsAcceptance {
  PortalId portal;
  std::string version;
  std::string hash;  ///< BLAKE2b-256 of the text shown, hex
  Language language = Language::fr;
  UtcTime accepted;
};

enum class FactorKind { totp, sms };
std::string_view name_of(FactorKind kind) noexcept;

/// A second factor. Active from the moment it is stored: unproven ones live in their registration
/// (requirement T8).
struct Factor {
  FactorId id;
  AccountId account;
  FactorKind kind = FactorKind::totp;
  Secret seed;                 ///< totp: 160 bits
  std::int64_t last_step = 0;  ///< totp: the last time step used (requirement T4)
  int offset = 0;              ///< totp: steps by which the person's clock is ahead, −4 to 4
  std::optional<PhoneNumber> phone;  ///< sms
  UtcTime created;
};

class Accounts {
 public:
  virtual ~Accounts() = default;
  /// Fails: conflict (the person or the address has an account already).
  virtual Result<void> add(const Account& account) = 0;
  /// Fails: not_found.
  virtual Result<Account> get(const AccountId& id) = 0;
  /// Whether the account is active and not locked. Fails: not_found.
  virtual Result<bool> is_usable(const AccountId& id) = 0;
  virtual Result<std::optional<Account>> find_by_email(const EmailAddress& email) = 0;
  virtual Result<std::optional<Account>> find_by_person(const PersonId& person) = 0;
  /// By e-mail address or login name.
  virtual Result<std::optional<Account>> find_by_name(const UserName& name) = 0;
  /// Ordered by creation; at most `limit` after `after` (empty: from the start).
  virtual Result<std::vector<Account>> list(const AccountId& after, int limit) = 0;

  virtual Result<void> set_state(const AccountId& id, AccountState state) = 0;
  virtual Result<void> set_dn(const AccountId& id, std::string_view dn) = 0;
  virtual Result<void> set_locked(const AccountId& id, std::optional<UtcTime> since) = 0;
  virtual Result<void> set_language(const AccountId& id, Language language) = 0;
  /// Removes an account that never became active, with its factors, memberships and terms.
  virtual Result<void> remove(const AccountId& id) = 0;

  /// Idempotent.
  virtual Result<void> add_membership(const Membership& membership) = 0;
  virtual Result<std::vector<Membership>> memberships(const AccountId& id) = 0;
  virtual Result<void> accept_terms(const AccountId& id, const TermsAcceptance& terms) = 0;
  /// The newest acceptance for a portal.
  virtual Result<std::optional<TermsAcceptance>> accepted_terms(const AccountId& id,
                                                                const PortalId& portal) = 0;
  /// Every acceptance, in order.
  virtual Result<std::vector<TermsAcceptance>> terms_of(const AccountId& id) = 0;

  /// Whoever has no second factor may set one up while logging in, until `ends`.
  virtual Result<void> allow_enrolment(const AccountId& id, UtcTime ends) = 0;
  virtual Result<bool> may_enrol(const AccountId& id, UtcTime now) = 0;
  /// Ends what `allow_enrolment` began. Fails: conflict (the account has a factor).
  virtual Result<void> add_factor(const Factor& factor) = 0;
  virtual Result<std::optional<Factor>> factor_of(const AccountId& id) = 0;
  virtual Result<void> remove_factor(const AccountId& id) = 0;
  /// Burns a time step: true if `step` is later than the last one used, which it then becomes, with
  /// the new offset; one compare-and-set (requirement T4).
  virtual Result<bool> burn_step(const FactorId& id, std::int64_t step, int offset) = 0;
};

}  // namespace portal
