#include "http/hub.hpp"

#include <utility>
#include <vector>

#include "http/connection.hpp"

namespace portal::http {

Hub::Hub(const Limits& given_limits, const Router& given_router,
         std::unique_ptr<TlsContext> given_tls, ProxyList given_proxies, bool by_peer)
    : limits(given_limits),
      router(given_router),
      tls(std::move(given_tls)),
      proxies(std::move(given_proxies)),
      forwarded_by_peer(by_peer),
      workers(limits.workers, limits.waiting_requests) {}

Hub::~Hub() = default;

std::optional<IpAddress> Hub::client_of(const Remote& remote, const Request& request) const {
  if (remote.address) return client_address(*remote.address, request, proxies);
  if (forwarded_by_peer) return forwarded_address(request, proxies);
  return std::nullopt;
}

/// Empty for those who are not counted: every person behind a proxy comes from its address.
std::string Hub::household_of(const Remote& remote) const {
  if (!remote.address || proxies.contains(*remote.address)) return {};
  return remote.address->household();
}

bool Hub::admit(const Remote& remote) {
  if (winding_down_) return false;
  const std::string household = household_of(remote);
  const auto counted = per_address_.find(household);
  if (!household.empty() && counted != per_address_.end() &&
      counted->second >= limits.connections_per_address)
    return false;
  return connections_.size() < limits.connections || close_longest_waiting();
}

void Hub::add(const std::shared_ptr<Connection>& connection, const Remote& remote) {
  connections_.emplace(connection.get(), connection);
  if (const std::string household = household_of(remote); !household.empty())
    ++per_address_[household];
}

void Hub::remove(Connection& connection, const Remote& remote) {
  const std::string household = household_of(remote);
  const auto counted = household.empty() ? per_address_.end() : per_address_.find(household);
  if (counted != per_address_.end() && --counted->second == 0) per_address_.erase(counted);
  connections_.erase(&connection);
  tell_if_empty();
}

Hub::Waiting::iterator Hub::add_waiting(Connection& connection) {
  return waiting_.insert(waiting_.end(), &connection);
}

void Hub::remove_waiting(Waiting::iterator place) { waiting_.erase(place); }

bool Hub::close_longest_waiting() {
  if (waiting_.empty()) return false;
  waiting_.front()->close();
  return true;
}

void Hub::wind_down(std::function<void()> on_empty) {
  winding_down_ = true;
  on_empty_ = std::move(on_empty);
  std::vector<std::shared_ptr<Connection>> all;
  for (const auto& [key, connection] : connections_) all.push_back(connection);
  for (const auto& connection : all) connection->wind_down();
  tell_if_empty();
}

void Hub::close_all() {
  while (!connections_.empty()) {
    const std::shared_ptr<Connection> kept = connections_.begin()->second;
    kept->close();
  }
}

void Hub::tell_if_empty() {
  if (!connections_.empty() || !on_empty_) return;
  const auto tell = std::exchange(on_empty_, nullptr);
  tell();
}

}  // namespace portal::http
