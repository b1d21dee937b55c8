#pragma once

#include <chrono>
#include <mutex>

namespace portal {

/// Whether a relay is asked: one that failed is passed over for a while, so that mails do not queue
/// up in front of it. The pause is a second at first and doubles with each failure. Thread-safe.
class RelayCircuit {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit RelayCircuit(std::chrono::milliseconds longest_pause) : longest_pause_(longest_pause) {}

  /// After a pause yes to one caller, whose mail tries the relay while the others still pass it
  /// over. It must tell how that went; if it does not, the next one tries after kLongestSend.
  bool admits(Time now);
  void worked();
  void failed(Time now);

 private:
  const std::chrono::milliseconds longest_pause_;
  std::mutex mutex_;
  int failures_ = 0;       ///< in a row; guarded by mutex_
  bool trying_ = false;    ///< guarded by mutex_
  Time passed_over_till_;  ///< guarded by mutex_
};

}  // namespace portal
