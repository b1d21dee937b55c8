#pragma once

#include <chrono>
#include <optional>

namespace portal {

/// The process's signals, taken one by one in the main thread. Make it before any other thread
/// starts, so that all of them leave the signals alone.
class Signals {
 public:
  /// Blocks SIGTERM, SIGINT and SIGHUP, and ignores SIGPIPE.
  Signals();

  enum class Kind { end, reload };
  /// The next one; nothing after `period`. Without a period it waits for ever.
  std::optional<Kind> next(std::optional<std::chrono::milliseconds> period) const;

  /// From now on SIGTERM and SIGINT end the process at once.
  void let_the_next_one_kill() const;
};

}  // namespace portal
