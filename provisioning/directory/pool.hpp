#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "base/result.hpp"
#include "directory/connection.hpp"
#include "directory/connector.hpp"
#include "directory/failover.hpp"

namespace portal::directory {

struct PoolSettings {
  std::size_t size = 8;
  std::chrono::milliseconds connect_timeout{2000};
  std::chrono::milliseconds retry_pause{30000};
};

/// Kept-open connections for one purpose, with failover between servers and back. Thread-safe.
class Pool {
 public:
  /// What is done once on each new connection: the service account's bind, or nothing.
  using Introduction = std::function<Result<void>(Connection&, const Deadline&)>;

  Pool(std::vector<Connector> servers, PoolSettings settings, Introduction introduction);

  /// A connection for one thread, given back at its end; thrown away if it broke.
  class Lease {
   public:
    Lease(Pool& pool, std::unique_ptr<Connection> connection, std::size_t server)
        : pool_(&pool), connection_(std::move(connection)), server_(server) {}
    Lease(Lease&& other) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (connection_) pool_->give_back(std::move(connection_), server_);
    }
    Connection& operator*() const noexcept { return *connection_; }
    Connection* operator->() const noexcept { return connection_.get(); }

   private:
    Pool* pool_;
    std::unique_ptr<Connection> connection_;
    std::size_t server_;
  };

  enum class Want { any, fresh };
  /// Fails: unavailable (no server answers, or all connections are busy until the deadline);
  /// as the introduction does (the service account is refused).
  Result<Lease> acquire(const Deadline& deadline, Want want = Want::any);

 private:
  struct Idle {
    std::unique_ptr<Connection> connection;
    std::size_t server;
  };

  Result<void> take_place(const Deadline& deadline);
  void leave_place();
  std::optional<Idle> take_idle();
  Result<Lease> prefer_better(Idle idle, const Deadline& deadline);
  Result<Lease> connect_anywhere(const Deadline& deadline);
  Result<std::unique_ptr<Connection>> connect(std::size_t server, const Deadline& deadline);
  void give_back(std::unique_ptr<Connection> connection, std::size_t server);

  std::vector<Connector> servers_;
  PoolSettings settings_;
  Introduction introduction_;

  std::mutex mutex_;
  std::condition_variable freed_;
  Failover failover_;
  std::vector<Idle> idle_;
  std::size_t in_use_ = 0;  ///< places taken by threads; idle connections take none
};

/// Runs `work(Connection&)` on a pooled connection, and once more on a fresh one if the connection
/// turned out to be dead. `work` must be such that doing it twice is doing it once.
template <class Work>
auto with_connection(Pool& pool, const Deadline& deadline, Work&& work)
    -> decltype(work(std::declval<Connection&>())) {
  Pool::Want want = Pool::Want::any;
  for (;;) {
    Result<Pool::Lease> lease = pool.acquire(deadline, want);
    if (!lease) return fail(std::move(lease).error());
    auto result = work(**lease);
    const bool again = (*lease)->broken() && want == Pool::Want::any && !deadline.over();
    if (!again) return result;
    want = Pool::Want::fresh;
  }
}

}  // namespace portal::directory
