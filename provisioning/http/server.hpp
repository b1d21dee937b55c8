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
  std::string address;                ///< https, http: IP address
  unsigned short port = 0;            ///< 0 takes a free one
  std::filesystem::path socket;       ///< unix_socket
  unsigned socket_mode = 0600;        ///< unix_socket
  std::filesystem::path certificate;  ///< https: PEM chain
  std::filesystem::path private_key;  ///< https: PEM, private to its owner
  std::vector<std::string> proxies;   ///< http_behind_proxy: who may send X-Forwarded-For
};

struct Limits {
  std::size_t header_bytes = 16 * 1024;
  std::size_t body_bytes = 64 * 1024;
  std::size_t connections = 8'192;
  std::size_t connections_per_address = 256;
  std::chrono::seconds header_timeout{10};  ///< from the first byte, or from accept
  std::chrono::seconds body_timeout{30};
  std::chrono::seconds keep_alive{30};
  std::chrono::seconds write_timeout{30};
  std::size_t workers = 4;             ///< threads that run handlers
  std::size_t waiting_requests = 256;  ///< more are answered 503 with Retry-After
};

/// An HTTP/1.1 server on its own threads. Slow and silent clients cost a timer, never a thread.
class Server {
 public:
  /// Binds and starts to serve. `router` must outlive the server.
  /// Fails: unavailable (cannot bind), malformed or denied (certificate, key).
  static Result<std::unique_ptr<Server>> start(const Listener& listener, const Limits& limits,
                                               const Router& router);
  ~Server();

  /// The port in use.
  unsigned short port() const;
  /// Reads certificate and key again; keeps the old ones if they are bad.
  Result<void> reload_certificate();
  /// Accepts no more, lets what is in flight finish, at most `patience`; then closes.
  void stop(std::chrono::milliseconds patience);

 private:
  class Implementation;
  explicit Server(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace portal::http
