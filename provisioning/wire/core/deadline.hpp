#pragma once

#include <time.h>

namespace portal::wire {

/// A moment on the monotonic clock, before which something must be done.
class Deadline {
 public:
  static Deadline in_milliseconds(long from_now) noexcept { return Deadline(now() + from_now); }

  /// Milliseconds that are left, as poll(2) wants them; 0 when it has passed.
  int left() const noexcept {
    const long long rest = at_ - now();
    return rest <= 0 ? 0 : rest > kLongest ? kLongest : static_cast<int>(rest);
  }

 private:
  static constexpr int kLongest = 3'600'000;

  explicit Deadline(long long at) noexcept : at_(at) {}
  static long long now() noexcept {
    timespec time{};
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<long long>(time.tv_sec) * 1000 + time.tv_nsec / 1'000'000;
  }

  long long at_;
};

}  // namespace portal::wire
