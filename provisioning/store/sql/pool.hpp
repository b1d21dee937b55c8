#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "store/sql/connection.hpp"
#include "store/sql/location.hpp"

namespace portal::sql {

/// Connections to one database, lent to one caller each, in the order of asking. A connection that
/// failed, or whose file is no longer the one at its path, is replaced. Thread-safe.
class Pool {
 public:
  /// Makes a connection and proves that it is to the right store.
  using Connect = std::function<Result<std::unique_ptr<Connection>>()>;

  /// Connects when first asked. `size`: at least 1.
  Pool(Location location, std::size_t size, std::chrono::milliseconds patience, Connect connect);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  class Lease;
  /// Waits for a connection, at most the patience. Fails: unavailable, or as `connect` does.
  Result<Lease> lease();
  /// As `lease`, with a transaction begun. A connection that turns out to be lost (the server was
  /// started anew) is replaced once: nothing has happened yet. Fails also as Connection::begin.
  Result<Lease> begin();

 private:
  struct Slot {
    std::unique_ptr<Connection> connection;
    FileIdentity identity;
  };
  struct Waiter;

  Result<Slot> take_turn();
  Result<void> renew(Slot& slot);
  void give_back(Slot slot);

  Location location_;
  std::chrono::milliseconds patience_;
  Connect connect_;

  std::mutex mutex_;
  std::vector<Slot> idle_;
  std::deque<Waiter*> waiting_;  ///< empty whenever a slot is idle
};

/// The use of one connection; gives it back at its end.
class Pool::Lease {
 public:
  Lease(Lease&& other) noexcept
      : pool_(std::exchange(other.pool_, nullptr)), slot_(std::move(other.slot_)) {}
  Lease& operator=(Lease&&) = delete;
  ~Lease() {
    if (pool_ != nullptr) pool_->give_back(std::move(slot_));
  }

  Connection& connection() const noexcept { return *slot_.connection; }

 private:
  friend class Pool;
  Lease(Pool& pool, Slot slot) : pool_(&pool), slot_(std::move(slot)) {}

  Pool* pool_;
  Slot slot_;
};

}  // namespace portal::sql
