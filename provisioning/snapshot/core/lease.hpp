#pragma once

#include "snapshot/core/opening.hpp"

namespace portal::snapshot {

/// A look at what is published, for the time of one look-up.
///
/// A process keeps what it has mapped, for all its threads. Taking it is two additions to a counter
/// of the processor's and two reads: no lock, no allocation, no system call. When something newer
/// was published, each thread that sees it opens that for itself, answers from it, and offers it to
/// the others; so nobody waits for a thread that a fork, a signal or a cancellation took away. At
/// most kPlaces snapshots are kept mapped, beside those that threads hold which are just opening
/// one; what nobody looks at any more is unmapped when the next is offered.
class Lease {
 public:
  static constexpr int kPlaces = 8;

  /// Of kFolder.
  Lease() noexcept;
  ~Lease() noexcept;
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  /// Why there is nothing to look at, or none.
  Fault fault() const noexcept { return fault_; }
  const View& view() const noexcept { return *view_; }

 private:
  [[gnu::cold]] void open() noexcept;
  Opened& own() noexcept { return *reinterpret_cast<Opened*>(own_); }

  const View* view_ = nullptr;
  std::uint32_t* counter_ = nullptr;  ///< of a shared snapshot
  Fault fault_ = Fault::none;
  bool is_opening_ = false;
  bool is_private_ = false;
  int cancel_state_ = 0;
  alignas(Opened) std::byte own_[sizeof(Opened)];  ///< not even made on the short way
};

/// Marks that are clear again in a forked child: threads that did not come along into it would
/// leave theirs set for ever. Null if there is no memory for them.
struct ProcessMarks {
  std::uint32_t enumerates_accounts;
  std::uint32_t enumerates_groups;
};
ProcessMarks* process_marks() noexcept;

}  // namespace portal::snapshot
