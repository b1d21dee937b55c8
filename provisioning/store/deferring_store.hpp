#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "domain/ports/store.hpp"

namespace portal {

/// A store whose `write_soon` does not wait for the disk: what is written so is gathered for a
/// moment and made durable by a thread of its own, many in one transaction. What cannot be written
/// stays and is tried again; while it does, `write_soon` waits for its own commit like `write`.
class DeferringStore final : public Store {
 public:
  /// `gathers_for`: how long the first of a batch waits for others; well under a second (J3).
  explicit DeferringStore(Store& behind, std::chrono::milliseconds gathers_for = kGathersFor);
  /// Writes what is left, once.
  ~DeferringStore() override;

  Result<void> write(std::string_view label, Work work) override {
    return behind_.write(label, work);
  }
  Result<void> read(Work work) override { return behind_.read(work); }
  Result<void> write_soon(std::string_view label, OwnedWork work) override;

 private:
  using Clock = std::chrono::steady_clock;
  struct Waiting {
    std::string label;
    OwnedWork work;
    Clock::time_point since;
  };
  using Batch = std::vector<Waiting>;

  static constexpr std::chrono::milliseconds kGathersFor{200};
  static constexpr std::chrono::milliseconds kOverdue{700};
  static constexpr std::chrono::milliseconds kRetryPause{100};
  static constexpr std::size_t kMostAtOnce = 256;

  void run();
  Batch next_batch();
  /// Gives what could not be written.
  Batch write_batch(Batch batch);

  Store& behind_;
  const std::chrono::milliseconds gathers_for_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Waiting> waiting_;
  Clock::time_point in_hand_since_ = Clock::time_point::max();  ///< of the batch being written
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace portal
