#pragma once

#include "domain/ports/recovery_codes.hpp"
#include "store/context.hpp"

namespace portal {

/// Recovery codes as salted keyed hashes, each bound to its row and account.
class SqlRecoveryCodes final : public RecoveryCodes {
 public:
  explicit SqlRecoveryCodes(StoreContext context) : context_(context) {}

  Result<void> replace(const AccountId& account, const std::vector<RecoveryCode>& codes,
                       UtcTime now) override;
  Result<int> left(const AccountId& account) override;
  Result<bool> burn(const AccountId& account, const RecoveryCode& code, UtcTime now) override;

 private:
  StoreContext context_;
};

}  // namespace portal
