#pragma once

#include <atomic>

#include "base/clock.hpp"

namespace portal::test {

/// A clock that a test sets. Starts at 2026-03-02 09:00:00 UTC, the start of a TOTP step.
class ManualClock final : public Clock {
 public:
  UtcTime now() const override { return from_millis(millis_.load()); }
  void advance(std::chrono::milliseconds by) { millis_ += by.count(); }
  void set(UtcTime time) { millis_ = to_millis(time); }

 private:
  std::atomic<std::int64_t> millis_{1'772'442'000'000};
};

}  // namespace portal::test
