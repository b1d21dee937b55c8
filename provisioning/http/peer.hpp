#pragma once

#include <optional>

#include "http/client_address.hpp"
#include "http/message.hpp"

namespace portal::http {

/// Who is at the other end of a connection: exactly one of both.
struct Remote {
  std::optional<IpAddress> address;  ///< TCP
  std::optional<Peer> peer;          ///< Unix socket
};

/// The kernel's word for the process that connected (SO_PEERCRED, SO_PEERGROUPS): its credentials
/// at the time of connect. Nothing if the kernel does not say.
std::optional<Peer> credentials_of(int socket);

}  // namespace portal::http
