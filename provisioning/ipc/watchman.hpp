#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <thread>

#include "base/file.hpp"

namespace portal::ipc {

/// Sees to work that takes too long: a thread that sleeps on a timer of the kernel. The timer is
/// left running when work ends in time, and looked at when it comes: on a virtual machine to set it
/// and to stop it for each work costs as much as much of the work.
class Watchman {
 public:
  /// `overdue` is called on the watchman's thread when work has taken longer than `patience`.
  Watchman(std::chrono::microseconds patience, std::function<void()> overdue);
  Watchman(const Watchman&) = delete;
  Watchman& operator=(const Watchman&) = delete;
  ~Watchman();

  /// Work begins; false if it cannot be watched.
  bool begin() noexcept;
  void end() noexcept;

 private:
  using Clock = std::chrono::steady_clock;

  void run();
  bool is_overdue();
  bool set(std::chrono::nanoseconds from_now) noexcept;

  const std::chrono::microseconds patience_;
  const std::function<void()> overdue_;
  FileDescriptor timer_;
  std::mutex mutex_;  ///< of all that follows
  bool ended_ = false;
  bool works_ = false;
  bool is_set_ = false;  ///< the timer
  Clock::time_point since_;
  std::thread thread_;
};

}  // namespace portal::ipc
