#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "domain/portals.hpp"
#include "domain/refusal.hpp"
#include "domain/second_factor.hpp"

namespace portal {

class Store;

/// How many recovery codes a person gets at a time (requirement A1).
inline constexpr int kRecoveryCodes = 10;

/// Ten new codes for an account, as they are printed, for the only time at which they can be read;
/// those before are dead. For the transaction of the act that they are issued by.
Result<std::vector<Secret>> issue_recovery_codes(Transaction& transaction, const AccountId& account,
                                                 UtcTime now);

/// New recovery codes for a person who is logged in and shows the second factor once more: the
/// factor itself, not a recovery code, or whoever finds one would have ten. Thread-safe.
class RecoveryService {
 public:
  struct Neighbours {
    Store& store;
    const TotpCodes& totp;
    const Clock& clock;
    const Portals& portals;
  };
  RecoveryService(Neighbours neighbours, LoginSettings settings);

  /// Gets a code on its way if the factor is SMS: nothing if one may now be asked for.
  Result<std::optional<Refusal>> call_factor(const FactorClaim& claim);
  /// The new codes, if `answer` is the factor's code; the owner gets a mail (R12).
  Result<std::variant<std::vector<Secret>, Refusal>> issue(const FactorClaim& claim,
                                                           const Secret& answer);

 private:
  Neighbours neighbours_;
  SecondFactor factors_;
};

}  // namespace portal
