#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "delivery/round.hpp"

namespace portal {

/// The outbox worker: threads that run delivery rounds until they are stopped. Messages that wait
/// in the store go out in the order of their keys, are tried again with a growing pause until they
/// expire, and survive any crash.
class DeliveryWorker {
 public:
  DeliveryWorker(DeliveryRound::Neighbours neighbours, DeliverySettings settings = {});
  /// Stops, if that has not been done.
  ~DeliveryWorker();
  DeliveryWorker(const DeliveryWorker&) = delete;
  DeliveryWorker& operator=(const DeliveryWorker&) = delete;

  /// Once; not after `stop`.
  void start();
  /// Something was queued: look at once. From any thread, cheap.
  void notify() noexcept;
  /// Ends what is in flight, gives back what is not begun, and returns when all threads have ended.
  void stop() noexcept;

 private:
  void work();
  bool stopping() const;
  void rest(std::uint64_t& seen);

  DeliveryRound round_;
  DeliverySettings settings_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::uint64_t notices_ = 0;  ///< guarded by mutex_
  bool stopping_ = false;      ///< guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace portal
