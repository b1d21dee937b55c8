#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace portal::directory {

/// Entries that were written lately, so that the next login asks the provider and not a replica
/// that has not heard of it. Bounded: beyond the bound the oldest are forgotten. Thread-safe.
class RecentWrites {
 public:
  using Clock = std::chrono::steady_clock;

  explicit RecentWrites(std::chrono::milliseconds lifetime, std::size_t bound = 10000)
      : lifetime_(lifetime), bound_(bound) {}

  void note(std::string_view dn);
  bool has(std::string_view dn);

 private:
  void forget_old(Clock::time_point now);

  std::chrono::milliseconds lifetime_;
  std::size_t bound_;
  std::mutex mutex_;
  std::map<std::string, Clock::time_point, std::less<>> written_;
};

}  // namespace portal::directory
