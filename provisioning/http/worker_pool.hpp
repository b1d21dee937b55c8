#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace portal::http {

/// A fixed number of threads and a bounded queue for work that may block.
class WorkerPool {
 public:
  WorkerPool(std::size_t threads, std::size_t waiting);
  /// Finishes the jobs that run and drops those that wait.
  ~WorkerPool();

  /// False when every thread is busy and the queue is full. A job must not throw.
  bool submit(std::function<void()> job);

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  std::size_t capacity_;
  std::size_t pending_ = 0;  ///< running and waiting
  bool ended_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace portal::http
