#include "store/deferring_store.hpp"

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

namespace portal {

DeferringStore::DeferringStore(Store& behind, std::chrono::milliseconds gathers_for)
    : behind_(behind), gathers_for_(gathers_for), thread_([this] { run(); }) {}

DeferringStore::~DeferringStore() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

Result<void> DeferringStore::write_soon(std::string_view label, OwnedWork work) {
  const auto now = Clock::now();
  {
    const std::lock_guard lock(mutex_);
    const auto oldest =
        waiting_.empty() ? in_hand_since_ : std::min(in_hand_since_, waiting_.front().since);
    const bool overdue = oldest < now - kOverdue;
    if (!overdue && !ending_) {
      waiting_.push_back({std::string(label), std::move(work), now});
      // Whoever comes later is found by the thread when it wakes for the first.
      if (waiting_.size() == 1 || waiting_.size() == kMostAtOnce) changed_.notify_one();
      return {};
    }
  }
  return behind_.write(label, work);
}

void DeferringStore::run() {
  for (;;) {
    Batch batch = next_batch();
    if (batch.empty()) return;
    Batch left = write_batch(std::move(batch));
    std::unique_lock lock(mutex_);
    in_hand_since_ = Clock::time_point::max();
    if (left.empty()) continue;
    if (ending_) return;
    waiting_.insert(waiting_.begin(), std::make_move_iterator(left.begin()),
                    std::make_move_iterator(left.end()));
    changed_.wait_for(lock, kRetryPause, [this] { return ending_; });
  }
}

/// Empty at the end.
DeferringStore::Batch DeferringStore::next_batch() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
  if (waiting_.empty()) return {};
  changed_.wait_until(lock, waiting_.front().since + gathers_for_,
                      [this] { return ending_ || waiting_.size() >= kMostAtOnce; });
  in_hand_since_ = waiting_.front().since;
  const auto end =
      waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(waiting_.size(), kMostAtOnce));
  Batch batch(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  return batch;
}

DeferringStore::Batch DeferringStore::write_batch(Batch batch) {
  try {
    const Result<void> done =
        behind_.write(batch.front().label, [&](Transaction& transaction) -> Result<void> {
          for (const Waiting& each : batch) {
            if (Result<void> written = each.work(transaction); !written) return written;
          }
          return {};
        });
    if (done) return {};
  } catch (const std::exception&) {
    // As if it had failed: each is tried by itself.
  }
  Batch left;
  for (Waiting& each : batch) {
    try {
      if (behind_.write(each.label, each.work)) continue;
    } catch (const std::exception&) {
      // It stays.
    }
    left.push_back(std::move(each));
  }
  return left;
}

}  // namespace portal
