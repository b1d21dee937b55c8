#include "store/sql/pool.hpp"

#include <algorithm>
#include <condition_variable>
#include <optional>

namespace portal::sql {

/// One caller in the queue; a slot is put into their hand.
struct Pool::Waiter {
  std::condition_variable served;
  std::optional<Slot> slot;
};

Pool::Pool(Location location, std::size_t size, std::chrono::milliseconds patience, Connect connect)
    : location_(std::move(location)), patience_(patience), connect_(std::move(connect)) {
  idle_.resize(size);
}

Pool::~Pool() = default;

Result<Pool::Lease> Pool::lease() {
  Result<Slot> slot = take_turn();
  if (!slot) return fail(std::move(slot).error());
  const Result<void> ready = renew(*slot);
  if (!ready) {
    give_back(std::move(*slot));
    return fail(ready.error());
  }
  return Lease(*this, std::move(*slot));
}

Result<Pool::Lease> Pool::begin() {
  Result<Lease> taken = lease();
  if (!taken) return taken;
  Result<void> begun = taken->connection().begin();
  if (!begun && !taken->connection().usable()) {
    begun = renew(taken->slot_);
    if (begun) begun = taken->connection().begin();
  }
  if (!begun) return fail(std::move(begun).error());
  return taken;
}

Result<Pool::Slot> Pool::take_turn() {
  const auto deadline = std::chrono::steady_clock::now() + patience_;
  std::unique_lock lock(mutex_);
  if (!idle_.empty()) {
    // The last one given back: its caches are warm.
    Slot slot = std::move(idle_.back());
    idle_.pop_back();
    return slot;
  }
  Waiter self;
  waiting_.push_back(&self);
  if (self.served.wait_until(lock, deadline, [&] { return self.slot.has_value(); })) {
    return std::move(*self.slot);
  }
  waiting_.erase(std::find(waiting_.begin(), waiting_.end(), &self));
  return fail(Errc::unavailable, "store: too many wait for their turn");
}

/// The file may have been moved away, or another put in its place (a backup played back): writing
/// on into the old one would lose what is written.
Result<void> Pool::renew(Slot& slot) {
  const Result<FileIdentity> identity = location_.identity();
  if (!identity || !slot.connection || !slot.connection->usable() || slot.identity != *identity) {
    slot.connection.reset();
  }
  if (!identity) return fail(identity.error());
  if (slot.connection) return {};
  Result<std::unique_ptr<Connection>> fresh = connect_();
  if (!fresh) return fail(std::move(fresh).error());
  slot.connection = std::move(*fresh);
  slot.identity = *identity;
  return {};
}

void Pool::give_back(Slot slot) {
  const std::lock_guard lock(mutex_);
  if (waiting_.empty()) {
    idle_.push_back(std::move(slot));
    return;
  }
  Waiter& next = *waiting_.front();
  waiting_.pop_front();
  next.slot = std::move(slot);
  next.served.notify_one();
}

}  // namespace portal::sql
