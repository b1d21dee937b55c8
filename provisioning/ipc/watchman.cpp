#include "ipc/watchman.hpp"

#include <sys/timerfd.h>
#include <unistd.h>

#include <cstdint>
#include <utility>

namespace portal::ipc {

Watchman::Watchman(std::chrono::microseconds patience, std::function<void()> overdue)
    : patience_(patience),
      overdue_(std::move(overdue)),
      timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC)) {
  if (timer_) thread_ = std::thread([this] { run(); });
}

Watchman::~Watchman() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  set(std::chrono::nanoseconds(1));
  thread_.join();
}

bool Watchman::begin() noexcept {
  if (!timer_) return false;
  const std::lock_guard lock(mutex_);
  since_ = Clock::now();
  if (!is_set_) is_set_ = set(patience_);
  works_ = is_set_;
  return works_;
}

void Watchman::end() noexcept {
  const std::lock_guard lock(mutex_);
  works_ = false;
}

bool Watchman::set(std::chrono::nanoseconds from_now) noexcept {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(from_now);
  itimerspec when{};
  when.it_value = {seconds.count(), (from_now - seconds).count()};
  return ::timerfd_settime(timer_.get(), 0, &when, nullptr) == 0;
}

/// The timer has come: for this work, or for one before it.
bool Watchman::is_overdue() {
  const auto left = since_ + patience_ - Clock::now();
  is_set_ = works_ && left > Clock::duration::zero() && set(left);
  if (!works_ || is_set_) return false;
  works_ = false;
  return true;
}

void Watchman::run() {
  std::uint64_t times = 0;
  // Interrupted only by a debugger: nothing else can go wrong with a timer that is there.
  for (;;) {
    if (::read(timer_.get(), &times, sizeof times) != sizeof times) continue;
    bool overdue = false;
    {
      const std::lock_guard lock(mutex_);
      if (ended_) return;
      overdue = is_overdue();
    }
    if (overdue) overdue_();
  }
}

}  // namespace portal::ipc
