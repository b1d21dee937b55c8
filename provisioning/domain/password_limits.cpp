#include "domain/password_limits.hpp"

namespace portal {
namespace {

using namespace std::chrono_literals;
using Outcome = LimitsComparison::Outcome;

/// Nobody's patience: stands for a directory that counts until a right password comes.
constexpr std::chrono::seconds kForEver = 24h * 365;

std::string key(std::string_view name, long long value) {
  return "login." + std::string(name) + " is " + std::to_string(value);
}

/// The first setting that promises more than the directory keeps; empty if there is none.
std::string wrong_setting(const LoginSettings& settings, const PasswordLimits& limits) {
  const std::string locks_at = "the directory locks an account at " +
                               std::to_string(limits.wrong_to_lock) +
                               " wrong passwords (pwdMaxFailure)";
  if (settings.directory_max_failures == 0)
    return key("directory_max_failures", 0) + ", that is none, but " + locks_at;
  if (settings.directory_max_failures > limits.wrong_to_lock)
    return key("directory_max_failures", settings.directory_max_failures) + ", but " + locks_at;
  if (settings.password_tries >= limits.wrong_to_lock)
    return key("password_tries", settings.password_tries) + ", but " + locks_at;
  const bool for_ever = limits.counted_for == 0s;
  if (settings.directory_failure_window >= (for_ever ? kForEver : limits.counted_for)) return {};
  return key("directory_failure_window", settings.directory_failure_window.count()) +
         " s, but the directory remembers a wrong password " +
         (for_ever ? "until a right one comes (pwdFailureCountInterval 0; here \"8760h\")"
                   : "for " + std::to_string(limits.counted_for.count()) +
                         " s (pwdFailureCountInterval)");
}

}  // namespace

LimitsComparison compare_limits(const LoginSettings& settings, const PasswordLimits& limits) {
  if (!limits.locks || limits.wrong_to_lock == 0) return {};
  const std::string wrong = wrong_setting(settings, limits);
  if (wrong.empty()) return {};
  const std::string how_long =
      limits.locked_for == 0s
          ? "until an administrator unlocks them (pwdLockoutDuration 0)"
          : "for " + std::to_string(limits.locked_for.count()) + " s (pwdLockoutDuration)";
  return {Outcome::unsafe, wrong + ": an outsider could lock people out, " + how_long +
                               ". Correct the setting, or the directory's policy"};
}

Result<LimitsComparison> compare_limits(const LoginSettings& settings, Directory& directory) {
  const auto limits = directory.limits();
  if (!limits) return fail(limits.error());
  if (*limits) return compare_limits(settings, **limits);
  return LimitsComparison{
      Outcome::unknown,
      "the directory's limit on wrong passwords could not be compared with the settings in "
      "[login]: "
      "directory.policy_dn is not set, or the service account may not read that entry"};
}

}  // namespace portal
