#pragma once

#include <chrono>

namespace portal {

/// When a refusal may leave that was begun to be worked on at `begun`: at the first multiple of
/// `schedule` after it that is not over, so that the time it took says nothing about why
/// (requirements R7, L5). At once if there is no schedule.
inline std::chrono::steady_clock::time_point next_departure(
    std::chrono::steady_clock::time_point begun, std::chrono::steady_clock::time_point now,
    std::chrono::milliseconds schedule) {
  if (schedule <= std::chrono::milliseconds::zero()) return now;
  const auto over = now > begun ? (now - begun) / schedule : 0;
  return begun + (over + 1) * schedule;
}

}  // namespace portal
