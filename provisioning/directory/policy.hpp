#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "directory/connection.hpp"

namespace portal::directory {

/// What matters here of a password policy's entry (draft-behera-ldap-password-policy-10 section
/// 5.2). What the entry leaves out is 0 or false, as there.
struct Policy {
  bool lockout = false;
  int max_failures = 0;                      ///< 0: any number
  std::chrono::seconds failure_interval{0};  ///< 0: until a right password
  std::chrono::seconds lockout_duration{0};  ///< 0: until an administrator unlocks
  std::chrono::seconds max_age{0};           ///< 0: for ever
  int grace_logins = 0;
  bool must_change = false;
};

/// The attributes that `read_policy` wants.
std::vector<std::string> policy_attributes();
/// Nothing if the entry is none of a policy. A number that is none is 0.
std::optional<Policy> read_policy(const FoundEntry& entry);

/// Policies that were read lately: they change once in years. Bounded. Thread-safe.
class PolicyCache {
 public:
  using Clock = std::chrono::steady_clock;

  explicit PolicyCache(std::chrono::milliseconds lifetime) : lifetime_(lifetime) {}

  /// The policy at `dn`, read by `read` if it is not known. What could not be read is asked for
  /// again by the next one.
  std::optional<Policy> get(const std::string& dn,
                            const std::function<std::optional<Policy>()>& read);

 private:
  struct Known {
    Policy policy;
    Clock::time_point since;
  };
  static constexpr std::size_t kBound = 100;

  std::chrono::milliseconds lifetime_;
  std::mutex mutex_;
  std::map<std::string, Known, std::less<>> known_;
};

}  // namespace portal::directory
