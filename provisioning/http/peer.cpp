#include "http/peer.hpp"

#include <sys/socket.h>

#include <cerrno>

namespace portal::http {
namespace {

/// Nothing on failure. The kernel says how much room it wants with ERANGE.
std::optional<std::vector<std::uint32_t>> groups_of(int socket) {
  std::vector<std::uint32_t> groups(32);
  for (int attempt = 0; attempt < 2; ++attempt) {
    auto length = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
    const int outcome = ::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &length);
    const bool too_small = outcome != 0 && errno == ERANGE;
    if (outcome != 0 && !too_small) return std::nullopt;
    groups.resize(length / sizeof(gid_t));
    if (!too_small) return groups;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Peer> credentials_of(int socket) {
  static_assert(sizeof(gid_t) == sizeof(std::uint32_t));
  ucred credentials{};
  socklen_t length = sizeof credentials;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0 ||
      length != sizeof credentials)
    return std::nullopt;
  auto groups = groups_of(socket);
  if (!groups) return std::nullopt;
  return Peer{credentials.uid, credentials.gid, credentials.pid, std::move(*groups)};
}

}  // namespace portal::http
