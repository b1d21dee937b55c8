#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/result.hpp"

namespace portal {

/// Something that is done now and then.
struct Chore {
  std::string name;                    ///< for the log: "forget old data"
  std::function<Result<void>()> work;  ///< may block
  std::chrono::milliseconds pause;     ///< after a success
  std::chrono::milliseconds retry;     ///< after a failure
  std::chrono::milliseconds first{0};  ///< before the first time
};

/// One thread that does chores, each at its time, one after the other. A failure is logged once,
/// and again when it changes or is over.
class Housekeeper {
 public:
  explicit Housekeeper(std::vector<Chore> chores);
  /// Waits for the chore at hand.
  ~Housekeeper();
  Housekeeper(const Housekeeper&) = delete;
  Housekeeper& operator=(const Housekeeper&) = delete;

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Planned {
    Chore chore;
    Time due;
    std::string failure;  ///< the last one told, empty if it works
  };

  void work();
  void run(Planned& planned);

  std::vector<Planned> plan_;  ///< the thread's alone
  std::mutex mutex_;
  std::condition_variable wake_;
  bool ending_ = false;  ///< guarded by mutex_
  std::thread thread_;
};

}  // namespace portal
