#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "domain/portals.hpp"
#include "domain/ports/accounts.hpp"
#include "domain/ports/sessions.hpp"
#include "identity/source.hpp"

namespace portal {

class Store;

/// A person's second factor, as far as it may be shown.
struct FactorHint {
  FactorKind kind = FactorKind::totp;
  std::string phone_masked;  ///< sms: "+41 •• ••• •• 67"
};

/// What a person who is logged in sees of their own account.
struct OwnAccount {
  std::string user_name;  ///< the e-mail address
  std::vector<Membership> memberships;
  std::optional<FactorHint> factor;
  std::optional<TermsAcceptance> terms;  ///< the newest acceptance at this portal
  int recovery_codes = 0;                ///< how many were not used yet
  Language language = Language::fr;      ///< of mails, SMS and prompts
};

/// What people may see and do with their own account after login; self-service grows here.
/// Thread-safe.
class OwnAccountService {
 public:
  OwnAccountService(Store& store, const Clock& clock);

  /// Fails: not_found, unavailable.
  Result<OwnAccount> show(const AccountId& account, const PortalId& portal);
  /// Nothing if the account has no factor. Fails: unavailable.
  Result<std::optional<FactorHint>> factor_of(const AccountId& account);
  /// Records that the portal's present terms, shown in `language`, were accepted (requirement R9).
  /// Fails: unavailable.
  Result<void> accept_terms(const AccountId& account, const Portal& portal, Language language,
                            const Source& source);
  /// From now on mails, SMS and prompts are in this language. Fails: not_found, unavailable.
  Result<void> choose_language(const AccountId& account, Language language, const Source& source);
  /// The newest sessions of an account, whether open or over. Fails: unavailable.
  Result<std::vector<Session>> sessions(const AccountId& account, int limit);
  /// Ends one of the account's own sessions at once, on every node and on its host (W2); one that
  /// is over, or somebody else's, is left as it is. Fails: unavailable.
  Result<void> end_session(const AccountId& account, const SessionId& session,
                           const Source& source);

 private:
  Store& store_;
  const Clock& clock_;
};

}  // namespace portal
