#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "identity/id.hpp"

namespace portal {

/// Moves a staged entry among the people.
inline constexpr std::string_view kActivateIntent = "activate";
/// An entry may be staged for the account, and no registration holds it.
inline constexpr std::string_view kStageIntent = "stage";

/// A password is being reset. Whether it was, only its owner can find out.
inline constexpr std::string_view kResetIntent = "reset_password";

/// A change that touches the directory and the store: written before the directory is asked, ended
/// after. What a crash leaves is finished or undone at the next start.
struct Intent {
  IntentId id;
  std::string what;  ///< kActivateIntent, kStageIntent, kResetIntent
  AccountId account;
  RegistrationId registration;
  std::string entry_uuid;
  UtcTime written;
};

class Intents {
 public:
  virtual ~Intents() = default;
  virtual Result<void> write(const Intent& intent) = 0;
  virtual Result<std::vector<Intent>> open() = 0;
  /// True exactly once.
  virtual Result<bool> end(const IntentId& id) = 0;
};

}  // namespace portal
