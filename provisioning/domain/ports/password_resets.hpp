#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "domain/ports/accounts.hpp"
#include "identity/email_address.hpp"
#include "identity/id.hpp"
#include "identity/language.hpp"

namespace portal {

using ResetId = Id<struct ResetTag>;

/// Where the reset of a forgotten password stands: what the person must do next.
enum class ResetStep {
  mail_code,     ///< the code from the mail
  factor,        ///< the second factor
  new_password,  ///< both are proven
  changing,      ///< the intent is written
  done,
  abandoned,  ///< expired, replaced or failed for good
};
std::string_view name_of(ResetStep step) noexcept;

/// One person's way to a new password, persisted at each step.
struct PasswordReset {
  ResetId id;
  std::string token_index;  ///< keyed index of the browser's token; empty until one has taken it up
  AccountId account;        ///< empty: of nobody who may enter, and no code is right
  PortalId portal;
  Language language = Language::fr;
  ResetStep step = ResetStep::mail_code;
  std::optional<EmailAddress> email;  ///< as it was typed
  int mail_sends = 0;                 ///< resends never reset a counter
  std::optional<UtcTime> mail_sent;
  std::optional<UtcTime> sms_sent;
  FactorId factor;  ///< from new_password on: which factor the account had when it was proven
  UtcTime started;
  UtcTime updated;
  UtcTime expires;  ///< nothing counts from then on
};

class PasswordResets {
 public:
  virtual ~PasswordResets() = default;
  virtual Result<void> add(const PasswordReset& reset) = 0;
  /// Replaces the row with the same id if it still stands at `expected`; else false: another
  /// request of the same person was first.
  virtual Result<bool> update(const PasswordReset& reset, ResetStep expected) = 0;
  virtual Result<std::optional<PasswordReset>> find_by_token(std::string_view token_index) = 0;
  /// The newest one of an account that waits for a browser to take it up.
  virtual Result<std::optional<PasswordReset>> waiting_of(const AccountId& account) = 0;
  /// Abandons all of an account that are not over, but `except` (which may be empty).
  virtual Result<void> abandon(const AccountId& account, const ResetId& except, UtcTime now) = 0;
};

}  // namespace portal
