#pragma once

#include <chrono>
#include <cstdint>

namespace portal {

/// Wall-clock time in UTC, to the millisecond: what is stored, expires and is shown.
using UtcTime = std::chrono::sys_time<std::chrono::milliseconds>;

/// Milliseconds since 1970-01-01T00:00:00Z: the form in which the store keeps a time.
constexpr std::int64_t to_millis(UtcTime time) { return time.time_since_epoch().count(); }
constexpr UtcTime from_millis(std::int64_t millis) {
  return UtcTime(std::chrono::milliseconds(millis));
}

/// Where the time comes from, so that tests can set it.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual UtcTime now() const = 0;
};

/// The host's clock.
class SystemClock final : public Clock {
 public:
  UtcTime now() const override {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  }
};

}  // namespace portal
