#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "ctl/terminal.hpp"

namespace portal::ctl {

/// How far a long act is.
struct Pace {
  std::uint64_t done = 0;   ///< of `total`, in whatever it is counted
  std::uint64_t total = 0;  ///< 0: nobody knows
  std::uint64_t rows = 0;
  std::chrono::milliseconds elapsed{0};
};

/// "43 %, 430000 rows, 21300 rows/s, 27 s left"
std::string pace_in_words(const Pace& pace);
/// "[########............] 43 %, …"; without a bar if nobody knows the total.
std::string pace_as_bar(const Pace& pace);

/// Tells on standard error how far a long act is: with a bar that moves where that is a terminal,
/// with a line now and then where it is not; nothing with --quiet, --json or --csv.
class Progress {
 public:
  /// `what` stands before a line: "reading".
  Progress(const Terminal& terminal, std::string_view what, std::uint64_t total);
  /// Takes the bar away.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void at(std::uint64_t done, std::uint64_t rows);

 private:
  using Steady = std::chrono::steady_clock;

  const std::string_view what_;
  const std::uint64_t total_;
  const bool tells_;
  const bool draws_;
  const Steady::time_point begun_ = Steady::now();
  Steady::time_point told_ = begun_;
  std::size_t drawn_ = 0;  ///< how long the bar on the screen is
};

}  // namespace portal::ctl
