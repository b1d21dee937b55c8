#pragma once

#include <chrono>
#include <mutex>
#include <vector>

namespace portal::ipc {

/// Who is talking with the daemon right now, and not merely connected: people take seconds to
/// answer a prompt, programs microseconds. Thread-safe.
class Crowd {
 public:
  using Clock = std::chrono::steady_clock;

  /// `who` has said something, or been asked.
  void spoke(const void* who, Clock::time_point now);
  void left(const void* who);
  /// Whether anybody else has spoken within the last moment (5 ms).
  bool has_others(const void* who, Clock::time_point now);

 private:
  struct Voice {
    const void* who;
    Clock::time_point last;
  };
  std::mutex mutex_;
  std::vector<Voice> voices_;  ///< a few of the last ones are enough to tell
};

}  // namespace portal::ipc
