#include "ipc/crew.hpp"

#include <boost/asio/post.hpp>

namespace portal::ipc {

namespace {

thread_local bool leads = false;

}  // namespace

void Crew::start(std::size_t threads) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

void Crew::run() {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return !led_ || ended_; });
      if (ended_) return;
      led_ = true;
    }
    leads = true;
    while (leads) {
      if (loop_.run_one() > 0) continue;
      const std::lock_guard lock(mutex_);
      ended_ = true;
      changed_.notify_all();
      return;
    }
    // What the handler has posted is in the queue, and the leader may be asleep beside it.
    boost::asio::post(loop_, [] {});
  }
}

void Crew::hand_over() {
  if (!leads) return;
  leads = false;
  {
    const std::lock_guard lock(mutex_);
    led_ = false;
  }
  changed_.notify_one();
}

void Crew::join() {
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace portal::ipc
