#include "domain/recent_binds.hpp"

#include <chrono>

namespace portal {
namespace {

constexpr std::chrono::seconds kRecent{1};
constexpr std::size_t kMost = 4096;

/// A clock that was set back makes nothing recent.
bool is_recent(UtcTime noted, UtcTime now) { return noted <= now && now - noted <= kRecent; }

}  // namespace

void RecentBinds::note(const AccountId& account, UtcTime now) {
  const std::lock_guard lock(mutex_);
  if (noted_.size() >= kMost) {
    std::erase_if(noted_, [&](const auto& one) { return !is_recent(one.second, now); });
  }
  if (noted_.size() < kMost) noted_[account.text()] = now;
}

bool RecentBinds::take(const AccountId& account, UtcTime now) {
  const std::lock_guard lock(mutex_);
  const auto found = noted_.find(account.text());
  if (found == noted_.end()) return false;
  const bool recent = is_recent(found->second, now);
  noted_.erase(found);
  return recent;
}

}  // namespace portal
