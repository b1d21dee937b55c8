#include "delivery/retry_pause.hpp"

#include <algorithm>
#include <random>

namespace portal {
namespace {

constexpr std::chrono::milliseconds kFirst = std::chrono::seconds(1);
constexpr std::chrono::milliseconds kLongest = std::chrono::minutes(5);
constexpr int kMostDoublings = 9;  // 512 s is beyond the longest

}  // namespace

std::chrono::milliseconds retry_pause(int attempts) {
  // Chance, not secrecy: the plain generator does.
  static thread_local std::minstd_rand generator{std::random_device{}()};
  const int doublings = std::clamp(attempts - 1, 0, kMostDoublings);
  const auto pause = std::min(kFirst * (1 << doublings), kLongest);
  std::uniform_int_distribution<std::chrono::milliseconds::rep> less(0, pause.count() / 5);
  return pause - std::chrono::milliseconds(less(generator));
}

}  // namespace portal
