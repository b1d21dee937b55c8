#pragma once

#include "domain/ports/password_resets.hpp"
#include "store/context.hpp"

namespace portal {

/// Forgotten passwords on their way; the typed address is sealed (requirement R5).
class SqlPasswordResets final : public PasswordResets {
 public:
  explicit SqlPasswordResets(StoreContext context) : context_(context) {}

  Result<void> add(const PasswordReset& reset) override;
  Result<bool> update(const PasswordReset& reset, ResetStep expected) override;
  Result<std::optional<PasswordReset>> find_by_token(std::string_view token_index) override;
  Result<std::optional<PasswordReset>> waiting_of(const AccountId& account) override;
  Result<void> abandon(const AccountId& account, const ResetId& except, UtcTime now) override;

 private:
  StoreContext context_;
};

}  // namespace portal
