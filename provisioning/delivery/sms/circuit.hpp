#pragma once

#include <chrono>
#include <mutex>

namespace portal {

/// Spares a gateway that fails, and the messages that would wait for it: after some failures in a
/// row nothing is sent to it for a pause, then one message tries it again. Thread-safe.
class SmsCircuit {
 public:
  using Time = std::chrono::steady_clock::time_point;
  SmsCircuit(int failures_in_a_row, std::chrono::milliseconds pause)
      : failures_in_a_row_(failures_in_a_row), pause_(pause) {}

  /// Whether a message may be sent now. After a pause only the first that asks may; if nothing is
  /// heard of it, another one a pause later.
  bool enter(Time now);
  /// Whether one could be sent: `enter` without entering.
  bool could_enter(Time now) const;
  /// How it went. True: the gateway is passed over from now on, or answers again.
  bool failed(Time now);
  bool succeeded();

 private:
  const int failures_in_a_row_;
  const std::chrono::milliseconds pause_;
  mutable std::mutex mutex_;
  int failures_ = 0;  ///< guarded by mutex_, as is the next
  Time next_trial_{};
};

}  // namespace portal
