#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "http/router.hpp"

namespace portal::http {

/// Where and how to listen.
struct Listener {
  enum class Kind { https, http_behind_proxy, unix_socket } kind = Kind::https;
  std::string address;                ///< https, http: IP address; http: loopback only
  unsigned short port = 0;            ///< 0 takes a free one
  std::filesystem::path socket;       ///< unix_socket
  unsigned socket_mode = 0600;        ///< unix_socket
  std::filesystem::path certificate;  ///< https: PEM chain
  std::filesystem::path private_key;  ///< https: PEM, private to its owner
  /// http_behind_proxy: addresses or networks ("127.0.0.1", "10.0.0.0/8") whose X-Forwarded-For is
  /// believed; at least one.
  std::vector<std::string> proxies;
  /// unix_socket: whoever connects is a reverse proxy, and the last address of its X-Forwarded-For
  /// is the client's; a request without one is answered 400 (requirement W5). Else clients have no
  /// address there, only credentials.
  bool forwarded_by_peer = false;
};

struct Limits {
  std::size_t header_bytes = 16'384;  ///< more: 431, or 414 if the first line alone is too long
  std::size_t body_bytes = 65'536;    ///< more: 413
  /// Of all clients. At the limit the client that has kept us waiting longest gives way.
  std::size_t connections = 8'192;
  /// Of one IPv4 address or one IPv6 /64; listed proxies and Unix sockets are not counted.
  std::size_t connections_per_address = 256;
  /// For a whole head: from accept (with the TLS handshake), later from its first byte.
  std::chrono::milliseconds header_timeout{10'000};
  std::chrono::milliseconds body_timeout{30'000};   ///< for a whole body
  std::chrono::milliseconds keep_alive{30'000};     ///< from an answer to the next first byte
  std::chrono::milliseconds write_timeout{30'000};  ///< for a whole answer
  /// How long and how much is still read and thrown away after the last answer, so that a client
  /// that is still sending (413) gets to read it instead of a reset.
  std::chrono::milliseconds drain_timeout{2'000};
  std::size_t drain_bytes = 8'388'608;
  std::size_t workers = 4;             ///< threads that run handlers
  std::size_t waiting_requests = 256;  ///< more are answered 503 with Retry-After
};

/// An HTTP/1.1 server on its own threads. Slow and silent clients cost a timer, never a thread.
///
/// Decided on purpose, and tested: pipelined requests are answered one after the other; HTTP/1.0 is
/// served, 2.0 is 505; unknown methods and CONNECT are 501, OPTIONS and TRACE are the router's 405;
/// "Expect: 100-continue" is answered once the head is good, other expectations are 417; see
/// target.hpp and request_parser.hpp for what is 400.
class Server {
 public:
  /// Binds and starts to serve. `router` must outlive the server.
  /// Fails: unavailable (cannot bind), conflict (somebody listens on the Unix socket), denied
  /// (plain HTTP on an address that is not loopback; a private key that others may read),
  /// malformed or not_found (certificate, key, proxies, address).
  static Result<std::unique_ptr<Server>> start(const Listener& listener, const Limits& limits,
                                               const Router& router);
  /// As stop(0), then waits for the handlers that still run.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// The port in use.
  unsigned short port() const;
  /// Reads certificate and key again for new connections; keeps the old ones if they are bad.
  /// Connections that exist stay. Any thread may call it.
  Result<void> reload_certificate();
  /// Accepts no more, lets what is in flight finish, at most `patience`; then closes. A handler
  /// that still runs is waited for by the destructor. The first call counts.
  void stop(std::chrono::milliseconds patience);

 private:
  class Implementation;
  explicit Server(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace portal::http
