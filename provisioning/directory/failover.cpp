#include "directory/failover.hpp"

#include <algorithm>
#include <numeric>

namespace portal::directory {

bool Failover::paused(std::size_t server, Time now) const {
  return paused_until_[server] && now < *paused_until_[server];
}

std::vector<std::size_t> Failover::order(Time now) const {
  std::vector<std::size_t> servers(paused_until_.size());
  std::iota(servers.begin(), servers.end(), std::size_t{0});
  std::stable_partition(servers.begin(), servers.end(),
                        [&](std::size_t server) { return !paused(server, now); });
  return servers;
}

std::optional<std::size_t> Failover::take_better(std::size_t current, Time now) {
  for (std::size_t server = 0; server < current; ++server) {
    if (paused(server, now)) continue;
    failed(server, now);
    return server;
  }
  return std::nullopt;
}

}  // namespace portal::directory
