#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

namespace portal::directory {

/// Which server to ask: the first of the list that is not passed over because it failed lately.
/// Knows nothing of connections. Not thread-safe.
class Failover {
 public:
  using Time = std::chrono::steady_clock::time_point;

  Failover(std::size_t servers, std::chrono::milliseconds pause)
      : paused_until_(servers), pause_(pause) {}

  /// All servers in the order in which to try them. Those that failed lately come last: when
  /// everything has failed, asking again is better than giving up unasked.
  std::vector<std::size_t> order(Time now) const;

  void failed(std::size_t server, Time now) { paused_until_[server] = now + pause_; }
  void worked(std::size_t server) { paused_until_[server].reset(); }

  /// A server that is preferred to `current` and may be tried again, if any. It counts as failed
  /// until `worked` says otherwise, so that one caller tries it and the others need not wait.
  std::optional<std::size_t> take_better(std::size_t current, Time now);

 private:
  bool paused(std::size_t server, Time now) const;

  std::vector<std::optional<Time>> paused_until_;
  std::chrono::milliseconds pause_;
};

}  // namespace portal::directory
