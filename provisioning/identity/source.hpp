#pragma once

#include <string>

namespace portal {

/// Where a request came from, as far as it can be trusted.
struct Source {
  std::string address;  ///< IP address in canonical text, "local" for a terminal of this host
  std::string service;  ///< PAM service, or "web"

  /// The key under which an address is throttled: IPv4 whole, IPv6 by its /64.
  std::string throttle_key() const;
};

}  // namespace portal
