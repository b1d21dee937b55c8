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

bool Watchman::begin() noexcept { return timer_ && set(patience_); }

void Watchman::end() noexcept { set({}); }

/// Zero stops it.
bool Watchman::set(std::chrono::nanoseconds from_now) noexcept {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(from_now);
  itimerspec when{};
  when.it_value = {seconds.count(), (from_now - seconds).count()};
  return ::timerfd_settime(timer_.get(), 0, &when, nullptr) == 0;
}

void Watchman::run() {
  std::uint64_t times = 0;
  // Interrupted only by a debugger: nothing else can go wrong with a timer that is there.
  for (;;) {
    const bool is_over = ::read(timer_.get(), &times, sizeof times) == sizeof times;
    {
      const std::lock_guard lock(mutex_);
      if (ended_) return;
    }
    if (is_over) overdue_();
  }
}

}  // namespace portal::ipc
