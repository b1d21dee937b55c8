#include "daemon/housekeeper.hpp"

#include <algorithm>
#include <exception>

#include "base/log.hpp"

namespace portal {

Housekeeper::Housekeeper(std::vector<Chore> chores) {
  const Time now = std::chrono::steady_clock::now();
  for (Chore& chore : chores) {
    const Time due = now + chore.first;
    plan_.push_back({std::move(chore), due, {}});
  }
  thread_ = std::thread([this] { work(); });
}

Housekeeper::~Housekeeper() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Housekeeper::work() {
  std::unique_lock lock(mutex_);
  while (!ending_ && !plan_.empty()) {
    const auto next = std::ranges::min_element(plan_, {}, &Planned::due);
    if (wake_.wait_until(lock, next->due, [this] { return ending_; })) return;
    lock.unlock();
    run(*next);
    lock.lock();
  }
}

void Housekeeper::run(Planned& planned) {
  Result<void> done;
  try {
    done = planned.chore.work();
  } catch (const std::exception&) {
    // what() may quote what it was working on.
    done = fail(Errc::internal, "an exception was thrown");
  }
  const auto now = std::chrono::steady_clock::now();
  planned.due = now + (done ? planned.chore.pause : planned.chore.retry);
  const std::string failure = done ? std::string() : done.error().detail;
  if (failure == planned.failure) return;
  if (done) {
    log(LogLevel::info, "works again", {{"chore", planned.chore.name}});
  } else {
    log(LogLevel::warning, "cannot be done now, will be tried again",
        {{"chore", planned.chore.name},
         {"code", std::string(name_of(done.error().code))},
         {"reason", failure}});
  }
  planned.failure = failure;
}

}  // namespace portal
