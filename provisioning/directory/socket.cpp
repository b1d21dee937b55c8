#include "directory/socket.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

namespace portal::directory {
namespace {

tl::unexpected<Error> unreachable(const Endpoint& endpoint, int error) {
  return fail(Errc::unavailable,
              "directory: " + endpoint.uri + ": " + std::generic_category().message(error));
}

/// The end of a connection attempt: 0, or an errno.
int wait_until_connected(int fd, const Deadline& deadline) {
  for (;;) {
    pollfd waited{fd, POLLOUT, 0};
    const int ready = ::poll(&waited, 1, static_cast<int>(deadline.left().count()));
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 0) return errno;
    if (ready == 0) return ETIMEDOUT;
    int error = 0;
    socklen_t size = sizeof(error);
    return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
  }
}

/// A server that vanished without a word is noticed within seconds, not hours.
void notice_a_vanished_peer(int fd) {
  const int on = 1;
  const int user_timeout_ms = 4000;
  (void)::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
  (void)::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  (void)::setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &user_timeout_ms, sizeof(user_timeout_ms));
}

Result<FileDescriptor> connect_to(const Endpoint& endpoint, const SocketAddress& address,
                                  const Deadline& deadline) {
  const int family = address.storage.ss_family;
  FileDescriptor fd(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return unreachable(endpoint, errno);
  if (family != AF_UNIX) notice_a_vanished_peer(fd.get());
  const auto* where = reinterpret_cast<const sockaddr*>(&address.storage);
  int error = ::connect(fd.get(), where, address.length) == 0 ? 0 : errno;
  if (error == EINPROGRESS || error == EINTR) error = wait_until_connected(fd.get(), deadline);
  if (error != 0) return unreachable(endpoint, error);
  return fd;
}

/// `endpoint.path` is known to fit.
SocketAddress local_address(const Endpoint& endpoint) {
  sockaddr_un local{};
  local.sun_family = AF_UNIX;
  std::memcpy(local.sun_path, endpoint.path.data(), endpoint.path.size());
  SocketAddress address;
  std::memcpy(&address.storage, &local, sizeof(local));
  address.length = sizeof(local);
  return address;
}

}  // namespace

Result<FileDescriptor> connect_socket(const Endpoint& endpoint, HostLookup& lookup,
                                      const Deadline& deadline) {
  if (endpoint.protection == Protection::local_socket)
    return connect_to(endpoint, local_address(endpoint), deadline);

  Result<std::vector<SocketAddress>> addresses = lookup.addresses(deadline);
  if (!addresses) return fail(std::move(addresses).error());
  Result<FileDescriptor> socket = unreachable(endpoint, EADDRNOTAVAIL);
  auto left = static_cast<int>(addresses->size());
  for (const SocketAddress& address : *addresses) {
    // Each address gets its share, so that a silent first one does not cost the others their
    // chance.
    socket = connect_to(endpoint, address, deadline.at_most(deadline.left() / left--));
    if (socket) return socket;
  }
  return socket;
}

}  // namespace portal::directory
