#pragma once

#include <algorithm>
#include <chrono>

namespace portal::directory {

/// A moment that a whole piece of work must not outlast, however many waits it is made of.
class Deadline {
 public:
  using Clock = std::chrono::steady_clock;

  static Deadline after(std::chrono::milliseconds time) { return Deadline(Clock::now() + time); }

  /// Never negative; whole milliseconds, rounded up, so that a wait of 0 means "it is over".
  std::chrono::milliseconds left() const {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end_ - Clock::now());
    return std::max(left, std::chrono::milliseconds(0));
  }
  bool over() const { return left().count() == 0; }
  Clock::time_point end() const noexcept { return end_; }

  /// A deadline for a part of the work: `time` from now, and never later than this one.
  Deadline at_most(std::chrono::milliseconds time) const {
    return Deadline(std::min(end_, Clock::now() + time));
  }

 private:
  explicit Deadline(Clock::time_point end) : end_(end) {}
  Clock::time_point end_;
};

}  // namespace portal::directory
