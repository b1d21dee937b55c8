#include "domain/throttle.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace portal {

using namespace std::chrono_literals;

std::chrono::seconds pause_after(int wrong, int free_tries) noexcept {
  constexpr std::array<std::chrono::seconds, 4> kLadder{30s, 1min, 5min, 15min};
  if (wrong < free_tries) return 0s;
  const auto rung = static_cast<std::size_t>(wrong - free_tries);
  return kLadder.at(std::min(rung, kLadder.size() - 1));
}

int tries_left(const Tally& wrong, int free_tries, UtcTime now) noexcept {
  if (wrong.count < free_tries) return free_tries - wrong.count;
  return now < wrong.last + pause_after(wrong.count, free_tries) ? 0 : 1;
}

Turns::Turn::Turn(Turns& turns, std::string subject) : turns_(turns), subject_(std::move(subject)) {
  const std::lock_guard lock(turns_.mutex_);
  ticket_ = ++turns_.last_ticket_;
  turns_.present_[subject_].push_back(ticket_);
}

Turns::Turn::~Turn() {
  {
    const std::lock_guard lock(turns_.mutex_);
    const auto queue = turns_.present_.find(subject_);
    std::erase(queue->second, ticket_);
    if (queue->second.empty()) turns_.present_.erase(queue);
  }
  turns_.left_.notify_all();
}

std::size_t Turns::Turn::ahead() const {
  const std::lock_guard lock(turns_.mutex_);
  return turns_.ahead_of(subject_, ticket_);
}

bool Turns::Turn::wait_until_fewer_than(std::size_t than,
                                        std::chrono::milliseconds patience) const {
  std::unique_lock lock(turns_.mutex_);
  return turns_.left_.wait_for(lock, patience,
                               [&] { return turns_.ahead_of(subject_, ticket_) < than; });
}

void Turns::Turn::was_wrong() {
  const std::lock_guard lock(turns_.mutex_);
  ++turns_.wrong_answers_;
}

std::uint64_t Turns::wrong_answers() const {
  const std::lock_guard lock(mutex_);
  return wrong_answers_;
}

std::size_t Turns::ahead_of(const std::string& subject, std::uint64_t ticket) const {
  const std::deque<std::uint64_t>& queue = present_.at(subject);
  return static_cast<std::size_t>(
      std::ranges::count_if(queue, [&](std::uint64_t other) { return other < ticket; }));
}

}  // namespace portal
