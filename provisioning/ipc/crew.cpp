#include "ipc/crew.hpp"

#include <boost/asio/post.hpp>
#include <exception>
#include <typeinfo>

#include "base/log.hpp"

namespace portal::ipc {

namespace {

/// Whether this thread leads; its address is the thread's name.
thread_local bool leads = false;

}  // namespace

void Crew::start(std::size_t threads) {
  watchman_.emplace(kMoment, [this] { relieve(); });
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
      if (run_one()) continue;
      const std::lock_guard lock(mutex_);
      ended_ = true;
      changed_.notify_all();
      return;
    }
    // What the handler has posted is in the queue, and the leader may be asleep beside it.
    boost::asio::post(loop_, [] {});
  }
}

/// False when the loop has run out of work. An exception here means no memory: the connection that
/// met it is lost, the others go on.
bool Crew::run_one() {
  try {
    return loop_.run_one() > 0;
  } catch (const std::exception& fault) {
    log(LogLevel::error, "the event loop goes on after a fault",
        {{"exception", typeid(fault).name()}});
    return true;
  }
}

void Crew::begin_work(bool beside_others) {
  if (!leads) return;
  if (!beside_others) {
    {
      const std::lock_guard lock(mutex_);
      at_work_ = &leads;
    }
    if (watchman_->begin()) return;
    end_work();  // the watchman may have been late for the work before, and relieved this one
  }
  if (leads) hand_over();
}

void Crew::end_work() {
  if (!leads) return;
  {
    const std::lock_guard lock(mutex_);
    leads = at_work_ == &leads;  // else somebody else does by now, and may be at work as well
    if (leads) at_work_ = nullptr;
  }
  if (leads) watchman_->end();
}

/// On the watchman's thread. It may come late, for work that is done: then the next is relieved.
void Crew::relieve() {
  {
    const std::lock_guard lock(mutex_);
    if (at_work_ == nullptr) return;
    at_work_ = nullptr;
    led_ = false;
  }
  changed_.notify_one();
}

void Crew::hand_over() {
  leads = false;
  {
    const std::lock_guard lock(mutex_);
    at_work_ = nullptr;
    led_ = false;
  }
  changed_.notify_one();
}

void Crew::join() {
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  watchman_.reset();
}

}  // namespace portal::ipc
