#pragma once

#include <pthread.h>

#include "answer.hpp"
#include "snapshot/core/opening.hpp"

namespace portal::nss {

/// setpwent, getpwent_r and endpwent, or those of groups: one at a time in a process, as libc sees
/// to. From its beginning to its end it keeps to one snapshot, which is unmapped at its end, so
/// that nobody is told twice or left out while something is published.
template <class Record>
class Enumeration {
 public:
  /// `mark` is the enumeration's own, clear in a new process.
  constexpr explicit Enumeration(std::uint32_t snapshot::ProcessMarks::*mark) noexcept
      : mark_(mark) {}

  nss_status begin(int* error) noexcept {
    const Turn turn(mark_);
    if (!turn.is_ours()) return busy(error);
    forget();
    return open(error);
  }

  template <class Result>
  nss_status next(Result& result, char* buffer, std::size_t size, int* error) noexcept {
    const Turn turn(mark_);
    if (!turn.is_ours()) return busy(error);
    if (!is_open_) {
      const nss_status opened = open(error);
      if (opened != NSS_STATUS_SUCCESS) return opened;
    }
    const snapshot::View& view = opened_.view;
    snapshot::Cursor behind = cursor_;
    Record record;
    // Whether one may enumerate is the snapshot's to say (requirement N4).
    switch (view.newest().is_enumerable() ? view.next(behind, record) : snapshot::Found::no) {
      case snapshot::Found::yes: break;
      case snapshot::Found::no: *error = ENOENT; return NSS_STATUS_NOTFOUND;
      case snapshot::Found::damaged: return refuse(snapshot::Fault::damaged, error);
    }
    const Packed packed = pack(record, result, buffer, size);
    if (packed == Packed::yes) cursor_ = behind;  // else it comes again, with a larger buffer
    return status_of(packed, error);
  }

  void end() noexcept {
    const Turn turn(mark_);
    if (turn.is_ours()) forget();
  }

 private:
  /// A thread that is inside keeps others out, and is not cancelled there.
  class Turn {
   public:
    explicit Turn(std::uint32_t snapshot::ProcessMarks::*mark) noexcept {
      (void)::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state_);
      snapshot::ProcessMarks* marks = snapshot::process_marks();
      if (marks == nullptr) return;
      std::uint32_t& mine = marks->*mark;
      if (__atomic_exchange_n(&mine, 1U, __ATOMIC_ACQUIRE) == 0) mark_ = &mine;
    }
    ~Turn() {
      if (mark_ != nullptr) __atomic_store_n(mark_, 0U, __ATOMIC_RELEASE);
      (void)::pthread_setcancelstate(cancel_state_, nullptr);
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    bool is_ours() const noexcept { return mark_ != nullptr; }

   private:
    int cancel_state_ = 0;
    std::uint32_t* mark_ = nullptr;
  };

  static nss_status busy(int* error) noexcept {
    *error = EBUSY;
    return NSS_STATUS_UNAVAIL;
  }

  nss_status open(int* error) noexcept {
    const snapshot::Fault fault = snapshot::open_snapshot(snapshot::kFolder, opened_);
    if (fault != snapshot::Fault::none) return refuse(fault, error);
    is_open_ = true;
    cursor_ = {};
    return NSS_STATUS_SUCCESS;
  }

  void forget() noexcept {
    if (is_open_) snapshot::close_snapshot(opened_);
    is_open_ = false;
  }

  std::uint32_t snapshot::ProcessMarks::*mark_;
  bool is_open_ = false;
  snapshot::Cursor cursor_;
  snapshot::Opened opened_;
};

}  // namespace portal::nss
