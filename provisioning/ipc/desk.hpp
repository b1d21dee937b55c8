#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>

namespace portal::ipc {

/// Lets so many requests be worked on at a time, in the order of asking. Thread-safe.
class Desk {
 public:
  explicit Desk(std::size_t places) : free_(places) {}
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  using Ticket = std::uint64_t;

  /// Nothing: a place is free and the caller's. A ticket: `turn` is called when one has become
  /// free, which is the caller's then; on the thread that leaves it, so it must not block.
  std::optional<Ticket> enter(std::function<void()> turn);
  /// Waits no longer; without effect if the turn has come.
  void give_up(Ticket ticket);
  /// Gives the place back, or on to whoever waits for the longest.
  void leave();

 private:
  std::mutex mutex_;
  std::size_t free_;
  Ticket last_ = 0;
  std::map<Ticket, std::function<void()>> waiting_;  ///< in the order of asking
};

}  // namespace portal::ipc
