#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>

#include "base/clock.hpp"
#include "domain/ports/attempts.hpp"

namespace portal {

/// How long nothing more is tried after `wrong` wrong answers in a row, of which `free_tries` cost
/// nothing: 30 s, 1, 5, then 15 minutes (requirement T5).
std::chrono::seconds pause_after(int wrong, int free_tries) noexcept;

/// How many answers may still be judged now; 0 during a pause.
int tries_left(const Tally& wrong, int free_tries, UtcTime now) noexcept;

/// Lets those who try at the same subject go one after the other as far as its tries demand: what
/// is being judged counts as wrong until it has been found right, so that parallel tries cannot
/// overshoot a limit. Of this process alone: of several nodes each lets as many be judged at the
/// same time as there are tries left. What must hold for all of them is in the store (see
/// PasswordJudge for the directory's own limit). Thread-safe.
class Turns {
 public:
  /// A place in the queue of one subject, left at its end.
  class Turn {
   public:
    Turn(Turns& turns, std::string subject);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    /// How many came before and are still being judged.
    std::size_t ahead() const;
    /// Waits until fewer are ahead than `than`; false if that took longer than `patience`.
    bool wait_until_fewer_than(std::size_t than, std::chrono::milliseconds patience) const;
    /// To be said before leaving when the answer was wrong and counted.
    void was_wrong();

   private:
    Turns& turns_;
    std::string subject_;
    std::uint64_t ticket_ = 0;
  };

  /// Grows with each wrong answer: what was read before may be out of date.
  std::uint64_t wrong_answers() const;

 private:
  std::size_t ahead_of(const std::string& subject, std::uint64_t ticket) const;

  mutable std::mutex mutex_;
  mutable std::condition_variable left_;
  std::map<std::string, std::deque<std::uint64_t>> present_;
  std::uint64_t last_ticket_ = 0;
  std::uint64_t wrong_answers_ = 0;
};

}  // namespace portal
