#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "ipc/settings.hpp"

namespace portal::ipc {

/// The process at the other end, as the kernel knows it.
struct Peer {
  uid_t uid = 0;
  pid_t pid = 0;
};

/// By SO_PEERCRED, as it was when the peer connected. Fails: unavailable.
Result<Peer> peer_of(int socket);

/// Who may ask for whom (requirement C2): root for anyone, a listed uid for anyone at its listed
/// services, everyone else for themselves alone.
class Authority {
 public:
  enum class Grant {
    anyone,        ///< and what it says of the remote host is believed
    only_oneself,  ///< allowed, but the request comes from this host
    nobody,
  };

  explicit Authority(std::vector<AllowedCaller> allowed) : allowed_(std::move(allowed)) {}

  /// What `peer` may do for `user` at `service`. May ask NSS for the peer's own name: blocks.
  Grant grant(const Peer& peer, std::string_view service, std::string_view user) const;

 private:
  std::vector<AllowedCaller> allowed_;
};

/// The address that a caller names, in canonical text: IP addresses as inet_ntop(3) writes them
/// (IPv4 also where it is mapped into IPv6), host names in lower case; "local" for none, "unknown"
/// for what is neither.
std::string canonical_address(std::string_view remote_host);

}  // namespace portal::ipc
