#pragma once

// Only for this folder's sources: brings Boost.Asio.
#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <thread>
#include <vector>

namespace portal::ipc {

/// Threads that take turns at one loop: one leads, which is to run its handlers, and the others
/// sleep until it hands over. What does not block thus wakes nobody; asio's own way, all threads in
/// the loop, wakes one more thread for each event.
class Crew {
 public:
  /// `loop` must have been made with a concurrency hint of 1, or it wakes them itself.
  explicit Crew(boost::asio::io_context& loop) : loop_(loop) {}
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;
  ~Crew() { join(); }

  void start(std::size_t threads);
  /// In a handler, before it blocks: another thread leads from now on.
  void hand_over();
  /// Returns when the loop has run out of work.
  void join();

 private:
  void run();
  bool run_one();

  boost::asio::io_context& loop_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool led_ = false;
  bool ended_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace portal::ipc
