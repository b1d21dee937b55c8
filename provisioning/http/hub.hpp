#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "http/client_address.hpp"
#include "http/peer.hpp"
#include "http/router.hpp"
#include "http/server.hpp"
#include "http/tls.hpp"
#include "http/worker_pool.hpp"

namespace portal::http {

class Connection;

/// What the connections of one server share, and their register. Everything but `loop` and
/// `workers` belongs to the event loop's thread.
class Hub {
 public:
  Hub(const Limits& limits, const Router& router, std::unique_ptr<TlsContext> tls,
      ProxyList proxies, bool forwarded_by_peer);
  ~Hub();

  /// Whose request it is (requirement W5). Nothing on a Unix socket whose clients have credentials
  /// only, or whose proxy does not tell.
  std::optional<IpAddress> client_of(const Remote& remote, const Request& request) const;

  /// Whether one more client may come. Makes room when the server is full: the client that has kept
  /// us waiting longest goes, so idle connections cannot keep others out.
  bool admit(const Remote& remote);
  void add(const std::shared_ptr<Connection>& connection, const Remote& remote);
  void remove(Connection& connection, const Remote& remote);

  /// Connections whose client has to act before anything happens, the longest first.
  using Waiting = std::list<Connection*>;
  Waiting::iterator add_waiting(Connection& connection);
  void remove_waiting(Waiting::iterator place);
  /// Closes the longest waiting connection; false if none waits.
  bool close_longest_waiting();

  /// From now on each connection ends with its answer; `on_empty` is called when none is left.
  void wind_down(std::function<void()> on_empty);
  bool is_winding_down() const { return winding_down_; }
  void close_all();

  const Limits limits;
  const Router& router;
  const std::unique_ptr<TlsContext> tls;  ///< none: plain
  const ProxyList proxies;
  const bool forwarded_by_peer;  ///< see Listener
  boost::asio::io_context loop{1};
  /// One read's worth of bytes, of a TLS record's size; wiped after each use.
  std::array<char, 16'384> scratch{};
  WorkerPool workers;  ///< last: its threads end before what they use

 private:
  std::string household_of(const Remote& remote) const;
  void tell_if_empty();

  std::unordered_map<Connection*, std::shared_ptr<Connection>> connections_;
  std::unordered_map<std::string, std::size_t> per_address_;
  Waiting waiting_;
  bool winding_down_ = false;
  std::function<void()> on_empty_;
};

}  // namespace portal::http
