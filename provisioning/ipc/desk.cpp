#include "ipc/desk.hpp"

#include <utility>

namespace portal::ipc {

std::optional<Desk::Ticket> Desk::enter(std::function<void()> turn) {
  const std::lock_guard lock(mutex_);
  if (free_ > 0) {
    --free_;
    return std::nullopt;
  }
  waiting_.emplace(++last_, std::move(turn));
  return last_;
}

void Desk::give_up(Ticket ticket) {
  std::function<void()> forgotten;  // may hold the last owner of what waited: ends unlocked
  const std::lock_guard lock(mutex_);
  const auto found = waiting_.find(ticket);
  if (found == waiting_.end()) return;
  forgotten = std::move(found->second);
  waiting_.erase(found);
}

void Desk::leave() {
  std::function<void()> next;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) {
      ++free_;
      return;
    }
    next = std::move(waiting_.begin()->second);
    waiting_.erase(waiting_.begin());
  }
  next();
}

}  // namespace portal::ipc
