#include "delivery/worker.hpp"

#include <exception>

#include "base/log.hpp"

namespace portal {

DeliveryWorker::DeliveryWorker(DeliveryRound::Neighbours neighbours, DeliverySettings settings)
    : round_(neighbours, settings), settings_(settings) {}

DeliveryWorker::~DeliveryWorker() { stop(); }

void DeliveryWorker::start() {
  for (int i = 0; i < settings_.threads; ++i) threads_.emplace_back([this] { work(); });
}

void DeliveryWorker::notify() noexcept {
  {
    const std::lock_guard lock(mutex_);
    ++notices_;
  }
  wake_.notify_all();
}

void DeliveryWorker::stop() noexcept {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

bool DeliveryWorker::stopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void DeliveryWorker::rest(std::uint64_t& seen) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, settings_.look_every, [&] { return stopping_ || notices_ != seen; });
  seen = notices_;
}

void DeliveryWorker::work() {
  std::uint64_t seen = 0;
  bool store_answers = true;
  while (!stopping()) {
    try {
      const Result<std::size_t> leased = round_.run([this] { return stopping(); });
      // Once for each outage, not once a second.
      if (!leased && store_answers) {
        log(LogLevel::error, "the outbox cannot be read", {{"detail", leased.error().detail}});
      } else if (leased && !store_answers) {
        log(LogLevel::info, "the outbox can be read again");
      }
      store_answers = leased.has_value();
      // A message sent may have freed the next of its person.
      if (leased && *leased > 0) continue;
    } catch (const std::exception& unexpected) {
      log(LogLevel::error, "delivery round ended early", {{"detail", unexpected.what()}});
    }
    rest(seen);
  }
}

}  // namespace portal
