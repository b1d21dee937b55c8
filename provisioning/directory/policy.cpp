#include "directory/policy.hpp"

#include <charconv>

namespace portal::directory {
namespace {

int number(const FoundEntry& entry, std::string_view name) {
  const std::string* text = entry.find(name);
  int value = 0;
  if (text == nullptr) return 0;
  const char* end = text->data() + text->size();
  const auto [stopped, problem] = std::from_chars(text->data(), end, value);
  return problem == std::errc() && stopped == end && value > 0 ? value : 0;
}

bool truth(const FoundEntry& entry, std::string_view name) {
  const std::string* text = entry.find(name);
  return text != nullptr && *text == "TRUE";  // RFC 4517 section 3.3.3
}

}  // namespace

std::vector<std::string> policy_attributes() {
  return {"pwdAttribute",       "pwdLockout", "pwdMaxFailure",      "pwdFailureCountInterval",
          "pwdLockoutDuration", "pwdMaxAge",  "pwdGraceAuthNLimit", "pwdMustChange"};
}

std::optional<Policy> read_policy(const FoundEntry& entry) {
  if (entry.find("pwdAttribute") == nullptr) return std::nullopt;
  Policy policy;
  policy.lockout = truth(entry, "pwdLockout");
  policy.max_failures = number(entry, "pwdMaxFailure");
  policy.failure_interval = std::chrono::seconds(number(entry, "pwdFailureCountInterval"));
  policy.lockout_duration = std::chrono::seconds(number(entry, "pwdLockoutDuration"));
  policy.max_age = std::chrono::seconds(number(entry, "pwdMaxAge"));
  policy.grace_logins = number(entry, "pwdGraceAuthNLimit");
  policy.must_change = truth(entry, "pwdMustChange");
  return policy;
}

std::optional<Policy> PolicyCache::get(const std::string& dn,
                                       const std::function<std::optional<Policy>()>& read) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(dn);
    if (found != known_.end() && Clock::now() - found->second.since < lifetime_)
      return found->second.policy;
  }
  const std::optional<Policy> policy = read();
  if (!policy) return std::nullopt;
  const std::lock_guard lock(mutex_);
  if (known_.size() >= kBound) known_.clear();
  known_[dn] = {*policy, Clock::now()};
  return policy;
}

}  // namespace portal::directory
