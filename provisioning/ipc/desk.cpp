#include "ipc/desk.hpp"

#include <utility>

namespace portal::ipc {

bool Desk::enter(std::function<void()> turn) {
  const std::lock_guard lock(mutex_);
  if (free_ > 0) {
    --free_;
    return true;
  }
  waiting_.push_back(std::move(turn));
  return false;
}

void Desk::leave() {
  std::function<void()> next;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) {
      ++free_;
      return;
    }
    next = std::move(waiting_.front());
    waiting_.pop_front();
  }
  next();
}

}  // namespace portal::ipc
