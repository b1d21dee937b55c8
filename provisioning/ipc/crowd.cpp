#include "ipc/crowd.hpp"

#include <algorithm>

namespace portal::ipc {
namespace {

constexpr std::chrono::milliseconds kMoment{5};
constexpr std::size_t kMost = 8;

}  // namespace

void Crowd::spoke(const void* who, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  auto known = std::ranges::find(voices_, who, &Voice::who);
  if (known == voices_.end() && voices_.size() == kMost)
    known = std::ranges::min_element(voices_, {}, &Voice::last);
  if (known == voices_.end()) {
    voices_.push_back({who, now});
  } else {
    *known = {who, now};
  }
}

void Crowd::left(const void* who) {
  const std::lock_guard lock(mutex_);
  std::erase_if(voices_, [&](const Voice& voice) { return voice.who == who; });
}

bool Crowd::has_others(const void* who, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  return std::ranges::any_of(
      voices_, [&](const Voice& voice) { return voice.who != who && now - voice.last < kMoment; });
}

}  // namespace portal::ipc
