#include "http/worker_pool.hpp"

#include <utility>

namespace portal::http {

WorkerPool::WorkerPool(std::size_t threads, std::size_t waiting) : capacity_(threads + waiting) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

WorkerPool::~WorkerPool() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool WorkerPool::submit(std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    if (ended_ || pending_ == capacity_) return false;
    queue_.push_back(std::move(job));
    ++pending_;
  }
  wake_.notify_one();
  return true;
}

void WorkerPool::run() {
  for (;;) {
    std::function<void()> job;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return ended_ || !queue_.empty(); });
      if (ended_) return;
      job = std::move(queue_.front());
      queue_.pop_front();
    }
    job();
    job = nullptr;  // what it owns goes before the place is free
    const std::lock_guard lock(mutex_);
    --pending_;
  }
}

}  // namespace portal::http
