#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace portal::directory {

enum class Protection {
  local_socket,  ///< ldapi: the kernel keeps others out
  tls,           ///< ldaps
  start_tls,     ///< ldap, TLS asked for before anything else
};

/// One server, as a URI of the settings names it.
struct Endpoint {
  std::string uri;  ///< as it was written, for logs
  Protection protection = Protection::local_socket;
  std::string host;  ///< name or address literal; empty for a local socket
  std::string port;  ///< decimal
  std::string path;  ///< of the local socket

  /// Takes `ldapi://path-percent-encoded`, `ldaps://host[:port]`, and `ldap://host[:port]` if
  /// `start_tls`. Fails: malformed (another scheme, in clear, or with more than host and port).
  static Result<Endpoint> parse(std::string_view uri, bool start_tls);
};

}  // namespace portal::directory
