#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <mutex>
#include <vector>

#include "base/keyring.hpp"
#include "domain/ports/store.hpp"
#include "store/sql/pool.hpp"

namespace portal {

/// Writes what several threads want written at the same time in one transaction, so that they wait
/// for the disk once and together: who comes while another commits joins the next group. Each work
/// has a savepoint of its own, sees what those before it did, and fails alone; it runs on the
/// thread of whoever leads the group, in the order of asking. No answer leaves before the commit.
/// Thread-safe.
class GroupCommit {
 public:
  /// `patience`: how long a caller waits for its turn.
  GroupCommit(sql::Pool& writers, const Keyring& keyring, std::chrono::milliseconds patience);
  /// As Store::write.
  Result<void> write(Store::Work work);

 private:
  struct Request {
    Store::Work work;
    Result<void> outcome;
    std::exception_ptr thrown;
    bool taken = false;
    bool done = false;
    std::condition_variable changed;
  };
  using Group = std::vector<Request*>;
  static constexpr std::size_t kMostAtOnce = 32;

  Group take_group();
  void lead(std::unique_lock<std::mutex>& lock);
  Result<void> commit(const Group& group);
  Result<void> commit_one(sql::Connection& connection, Request& request);
  Result<void> commit_many(sql::Connection& connection, const Group& group);
  void run(sql::Connection& connection, Request& request);

  sql::Pool& writers_;
  const Keyring& keyring_;
  const std::chrono::milliseconds patience_;

  std::mutex mutex_;
  bool led_ = false;
  std::deque<Request*> waiting_;
};

}  // namespace portal
