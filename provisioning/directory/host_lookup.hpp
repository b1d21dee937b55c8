#pragma once

#include <sys/socket.h>

#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "directory/deadline.hpp"

namespace portal::directory {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
};

/// Finds a host's addresses without outstaying a deadline: getaddrinfo has none of its own and
/// waits half a minute for a dead name server. At most one look-up of a host is under way, in a
/// thread of its own, which may outlive this object.
class HostLookup {
 public:
  HostLookup(std::string host, std::string port);

  /// In the order of RFC 6724; an address literal needs no look-up.
  /// Fails: unavailable (unknown, or not known in time).
  Result<std::vector<SocketAddress>> addresses(const Deadline& deadline);

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace portal::directory
