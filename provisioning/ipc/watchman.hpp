#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <thread>

#include "base/file.hpp"

namespace portal::ipc {

/// Sees to work that takes too long: a thread that sleeps on a timer of the kernel, which to set
/// and to stop costs far less than to wake a thread.
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
  void run();
  bool set(std::chrono::nanoseconds from_now) noexcept;

  const std::chrono::microseconds patience_;
  const std::function<void()> overdue_;
  FileDescriptor timer_;
  std::mutex mutex_;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace portal::ipc
