#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>

namespace portal::ipc {

/// Lets so many requests be worked on at a time, in the order of asking. Thread-safe.
class Desk {
 public:
  explicit Desk(std::size_t places) : free_(places) {}
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  /// True: a place is free and the caller's. False: `turn` is called when one has become free,
  /// which is the caller's then; on the thread that leaves it, so it must not block.
  bool enter(std::function<void()> turn);
  /// Gives the place back, or on to whoever waits for the longest.
  void leave();

 private:
  std::mutex mutex_;
  std::size_t free_;
  std::deque<std::function<void()>> waiting_;
};

}  // namespace portal::ipc
