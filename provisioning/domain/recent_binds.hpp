#pragma once

#include <mutex>
#include <string>
#include <unordered_map>

#include "base/clock.hpp"
#include "identity/id.hpp"

namespace portal {

/// Whom the directory has let in within the last second, without a reserve: so that the account
/// phase right after a login by password need not ask it the same again. Of this process alone;
/// whoever is not found is simply asked about. Thread-safe, bounded.
class RecentBinds {
 public:
  void note(const AccountId& account, UtcTime now);
  /// True once for each note, and no longer than a second after it.
  bool take(const AccountId& account, UtcTime now);

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, UtcTime> noted_;
};

}  // namespace portal
