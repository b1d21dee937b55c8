#include "ctl/progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <iostream>

namespace portal::ctl {
namespace {

using namespace std::chrono_literals;

constexpr auto kBetweenBars = 200ms;
constexpr auto kBetweenLines = 10s;
constexpr std::uint64_t kBarWidth = 20;

std::uint64_t share_of(const Pace& pace, std::uint64_t whole) {
  return pace.total == 0 ? 0 : std::min(pace.done, pace.total) * whole / pace.total;
}

std::string in_time(std::uint64_t seconds) {
  if (seconds < 100) return std::to_string(seconds) + " s";
  return std::to_string(seconds / 60) + " min " + std::to_string(seconds % 60) + " s";
}

}  // namespace

std::string pace_in_words(const Pace& pace) {
  const auto elapsed = static_cast<std::uint64_t>(std::max<std::int64_t>(pace.elapsed.count(), 1));
  std::string words = std::to_string(pace.rows) + " rows, " +
                      std::to_string(pace.rows * 1000 / elapsed) + " rows/s";
  if (pace.total == 0) return words;
  words = std::to_string(share_of(pace, 100)) + " %, " + words;
  if (pace.done == 0) return words;
  const std::uint64_t left = pace.total - std::min(pace.done, pace.total);
  // In seconds first: the product with milliseconds would be too large for large files.
  const double seconds = static_cast<double>(elapsed) / 1000.0 * static_cast<double>(left) /
                         static_cast<double>(pace.done);
  return words + ", " + in_time(static_cast<std::uint64_t>(std::llround(seconds))) + " left";
}

std::string pace_as_bar(const Pace& pace) {
  if (pace.total == 0) return pace_in_words(pace);
  const auto full = static_cast<std::size_t>(share_of(pace, kBarWidth));
  return "[" + std::string(full, '#') + std::string(kBarWidth - full, '.') + "] " +
         pace_in_words(pace);
}

Progress::Progress(const Terminal& terminal, std::string_view what, std::uint64_t total)
    : what_(what),
      total_(total),
      tells_(!terminal.quiet() && terminal.format() == Format::table),
      draws_(tells_ && ::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (drawn_ > 0) std::cerr << '\r' << std::string(drawn_, ' ') << '\r' << std::flush;
}

void Progress::at(std::uint64_t done, std::uint64_t rows) {
  const auto now = Steady::now();
  if (!tells_ || now - told_ < (draws_ ? Steady::duration(kBetweenBars) : kBetweenLines)) return;
  told_ = now;
  const Pace pace{done, total_, rows,
                  std::chrono::duration_cast<std::chrono::milliseconds>(now - begun_)};
  if (!draws_) {
    std::cerr << what_ << ": " << pace_in_words(pace) << '\n';
    return;
  }
  const std::string bar = std::string(what_) + ": " + pace_as_bar(pace);
  std::cerr << '\r' << bar;
  if (bar.size() < drawn_) std::cerr << std::string(drawn_ - bar.size(), ' ');
  std::cerr << std::flush;
  drawn_ = std::max(drawn_, bar.size());
}

}  // namespace portal::ctl
