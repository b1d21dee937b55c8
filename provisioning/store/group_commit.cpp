#include "store/group_commit.hpp"

#include <algorithm>

#include "store/rollback.hpp"
#include "store/transaction.hpp"

namespace portal {

GroupCommit::GroupCommit(sql::Pool& writers, const Keyring& keyring,
                         std::chrono::milliseconds patience)
    : writers_(writers), keyring_(keyring), patience_(patience) {}

Result<void> GroupCommit::write(Store::Work work) {
  Request own{work, {}, {}, false, false, {}};
  const auto deadline = std::chrono::steady_clock::now() + patience_;
  std::unique_lock lock(mutex_);
  waiting_.push_back(&own);
  const auto is_first = [&] { return !led_ && waiting_.front() == &own; };
  while (!own.done) {
    if (!own.taken && is_first()) {
      lead(lock);
    } else if (own.taken) {
      own.changed.wait(lock);
    } else if (!own.changed.wait_until(lock, deadline,
                                       [&] { return own.taken || own.done || is_first(); })) {
      std::erase(waiting_, &own);
      return fail(Errc::unavailable, "store: too many wait for their turn");
    }
  }
  if (own.thrown) std::rethrow_exception(own.thrown);
  return std::move(own.outcome);
}

GroupCommit::Group GroupCommit::take_group() {
  const auto end =
      waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(waiting_.size(), kMostAtOnce));
  Group group(waiting_.begin(), end);
  waiting_.erase(waiting_.begin(), end);
  for (Request* request : group) request->taken = true;
  return group;
}

void GroupCommit::lead(std::unique_lock<std::mutex>& lock) {
  led_ = true;
  const Group group = take_group();
  lock.unlock();
  const Result<void> committed = commit(group);
  lock.lock();
  led_ = false;
  for (Request* request : group) {
    if (!committed && request->outcome) request->outcome = committed;
    request->done = true;
    request->changed.notify_one();
  }
  if (!waiting_.empty()) waiting_.front()->changed.notify_one();
}

/// Fails if nothing of the group was written; each outcome tells of its own work besides.
Result<void> GroupCommit::commit(const Group& group) {
  const Result<sql::Pool::Lease> lease = writers_.begin();
  if (!lease) return fail(lease.error());
  sql::Connection& connection = lease->connection();
  return group.size() == 1 ? commit_one(connection, *group.front())
                           : commit_many(connection, group);
}

Result<void> GroupCommit::commit_one(sql::Connection& connection, Request& request) {
  Rollback rollback(connection);
  run(connection, request);
  if (request.thrown || !request.outcome) return {};
  rollback.dismiss();
  return connection.commit();
}

Result<void> GroupCommit::commit_many(sql::Connection& connection, const Group& group) {
  Rollback rollback(connection);
  for (Request* request : group) {
    if (Result<void> marked = connection.mark(); !marked) return marked;
    run(connection, *request);
    const bool keeps = !request->thrown && request->outcome;
    Result<void> kept = keeps ? connection.keep_since_mark() : connection.undo_since_mark();
    if (!kept && keeps) {
      request->outcome = std::move(kept);
      kept = connection.undo_since_mark();
    }
    if (!kept) return kept;  // the whole transaction is gone
  }
  rollback.dismiss();
  return connection.commit();
}

void GroupCommit::run(sql::Connection& connection, Request& request) {
  try {
    SqlTransaction transaction(StoreContext{connection, keyring_, nullptr});
    request.outcome = request.work(transaction);
  } catch (...) {
    request.thrown = std::current_exception();
  }
}

}  // namespace portal
