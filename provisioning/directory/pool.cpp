#include "directory/pool.hpp"

namespace portal::directory {
namespace {

Failover::Time now() { return std::chrono::steady_clock::now(); }

}  // namespace

Pool::Pool(std::vector<Connector> servers, PoolSettings settings, Introduction introduction)
    : servers_(std::move(servers)),
      settings_(settings),
      introduction_(std::move(introduction)),
      failover_(servers_.size(), settings_.retry_pause) {}

Result<Pool::Lease> Pool::acquire(const Deadline& deadline, Want want) {
  if (Result<void> place = take_place(deadline); !place) return fail(std::move(place).error());
  // From here on, a Lease or leave_place() gives the place back.
  while (want == Want::any) {
    std::optional<Idle> idle = take_idle();
    if (!idle) break;
    if (idle->connection->quiet()) return prefer_better(std::move(*idle), deadline);
  }
  Result<Lease> lease = connect_anywhere(deadline);
  if (!lease) leave_place();
  return lease;
}

Result<void> Pool::take_place(const Deadline& deadline) {
  std::unique_lock lock(mutex_);
  const bool free =
      freed_.wait_until(lock, deadline.end(), [&] { return in_use_ < settings_.size; });
  if (!free) return fail(Errc::unavailable, "directory: all connections are busy");
  ++in_use_;
  return {};
}

void Pool::leave_place() {
  {
    const std::lock_guard lock(mutex_);
    --in_use_;
  }
  freed_.notify_one();
}

/// The one used last: the others may then be closed by the server when they are not needed.
std::optional<Pool::Idle> Pool::take_idle() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return std::nullopt;
  Idle idle = std::move(idle_.back());
  idle_.pop_back();
  return idle;
}

/// Fail-back: a connection to a second choice is replaced as soon as a better server answers again.
Result<Pool::Lease> Pool::prefer_better(Idle idle, const Deadline& deadline) {
  std::optional<std::size_t> better;
  {
    const std::lock_guard lock(mutex_);
    better = failover_.take_better(idle.server, now());
  }
  if (better) {
    // Half of what is left: if the better one is silent, the other must still be asked.
    if (auto connection = connect(*better, deadline.at_most(deadline.left() / 2)); connection)
      return Lease(*this, std::move(*connection), *better);
  }
  return Lease(*this, std::move(idle.connection), idle.server);
}

Result<Pool::Lease> Pool::connect_anywhere(const Deadline& deadline) {
  std::vector<std::size_t> order;
  {
    const std::lock_guard lock(mutex_);
    order = failover_.order(now());
  }
  Error last{Errc::unavailable, "directory: no time left to connect"};
  std::size_t left = order.size();
  for (const std::size_t server : order) {
    if (deadline.over()) break;
    // Each server gets its share of the time, and so does the request that follows.
    const auto share = deadline.left() / static_cast<int>(left-- + 1);
    auto connection = connect(server, deadline.at_most(share));
    if (connection) return Lease(*this, std::move(*connection), server);
    last = std::move(connection).error();
    if (last.code != Errc::unavailable) break;  // refused: the next one would say the same
  }
  return fail(std::move(last));
}

Result<std::unique_ptr<Connection>> Pool::connect(std::size_t server, const Deadline& deadline) {
  const Deadline in_time = deadline.at_most(settings_.connect_timeout);
  auto connection = servers_[server].connect(in_time);
  if (connection && introduction_) {
    if (Result<void> done = introduction_(**connection, in_time); !done)
      connection = fail(std::move(done).error());
  }
  const std::lock_guard lock(mutex_);
  if (connection) {
    failover_.worked(server);
  } else {
    failover_.failed(server, now());
  }
  return connection;
}

void Pool::give_back(std::unique_ptr<Connection> connection, std::size_t server) {
  std::unique_ptr<Connection> dead;  // closed outside the lock
  {
    const std::lock_guard lock(mutex_);
    if (connection->broken()) failover_.failed(server, now());
    if (connection->broken() || idle_.size() >= settings_.size) {
      dead = std::move(connection);
    } else {
      idle_.push_back({std::move(connection), server});
    }
    --in_use_;
  }
  freed_.notify_one();
}

}  // namespace portal::directory
