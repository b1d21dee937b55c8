#pragma once

#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "identity/id.hpp"
#include "identity/recovery_code.hpp"

namespace portal {

/// The codes that stand in for a lost second factor. Kept as salted keyed hashes (requirement A1).
class RecoveryCodes {
 public:
  virtual ~RecoveryCodes() = default;
  /// These are an account's codes from now on; those before are dead.
  virtual Result<void> replace(const AccountId& account, const std::vector<RecoveryCode>& codes,
                               UtcTime now) = 0;
  /// How many were not used yet.
  virtual Result<int> left(const AccountId& account) = 0;
  /// Uses one up; true exactly once for each code.
  virtual Result<bool> burn(const AccountId& account, const RecoveryCode& code, UtcTime now) = 0;
};

}  // namespace portal
