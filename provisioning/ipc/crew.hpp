#pragma once

// Only for this folder's sources: brings Boost.Asio.
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "ipc/watchman.hpp"

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

  /// Something in a handler that may block, from its making to its end. Beside others another
  /// thread leads from its beginning. Who is alone goes on leading, and another takes over when it
  /// has taken longer than a moment (2 ms): most work is done sooner than a thread is awake.
  class Work {
   public:
    Work(Crew& crew, bool beside_others) : crew_(crew) { crew_.begin_work(beside_others); }
    Work(const Work&) = delete;
    Work& operator=(const Work&) = delete;
    ~Work() { crew_.end_work(); }

   private:
    Crew& crew_;
  };

  /// Returns when the loop has run out of work.
  void join();

 private:
  void run();
  bool run_one();
  void begin_work(bool beside_others);
  void end_work();
  void hand_over();
  void relieve();

  static constexpr std::chrono::milliseconds kMoment{2};

  boost::asio::io_context& loop_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool led_ = false;
  bool ended_ = false;
  const bool* at_work_ = nullptr;  ///< the leader who is at work, and may be relieved
  std::vector<std::thread> threads_;
  std::optional<Watchman> watchman_;  ///< after what it needs
};

}  // namespace portal::ipc
