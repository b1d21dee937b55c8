#include "directory/recent_writes.hpp"

#include <algorithm>

namespace portal::directory {
namespace {

/// Upper and lower case are the same name. No more is needed: a DN that is missed here is asked for
/// at a replica.
std::string key_of(std::string_view dn) {
  std::string key(dn);
  std::transform(key.begin(), key.end(), key.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return key;
}

}  // namespace

void RecentWrites::note(std::string_view dn) {
  const Clock::time_point now = Clock::now();
  const std::lock_guard lock(mutex_);
  if (written_.size() >= bound_) forget_old(now);
  written_[key_of(dn)] = now;
}

bool RecentWrites::has(std::string_view dn) {
  const std::lock_guard lock(mutex_);
  const auto found = written_.find(key_of(dn));
  return found != written_.end() && Clock::now() - found->second < lifetime_;
}

void RecentWrites::forget_old(Clock::time_point now) {
  std::erase_if(written_, [&](const auto& each) { return now - each.second >= lifetime_; });
  if (written_.size() < bound_) return;
  const auto oldest = std::min_element(
      written_.begin(), written_.end(),
      [](const auto& one, const auto& other) { return one.second < other.second; });
  written_.erase(oldest);
}

}  // namespace portal::directory
