#include "wire/core/client.hpp"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

namespace portal::wire {

namespace {

/// A socket above the standard streams: if the host has closed those, whatever it prints must not
/// go to the daemon.
int new_socket() {
  const int first = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (first < 0 || first > STDERR_FILENO) return first;
  const int second = ::fcntl(first, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  ::close(first);
  return second;
}

/// connect(2) sleeps while the listener's queue is full; the kernel ends that sleep for us.
void limit_connect(int socket, const Deadline& deadline) {
  const int left = deadline.left();
  timeval limit{};
  limit.tv_sec = left / 1000;
  limit.tv_usec = (left % 1000) * 1000L;
  if (left == 0) limit.tv_usec = 1;  // zero would mean for ever
  (void)::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

ClientFault fault_of_connect(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
    case ECONNREFUSED:
    case EACCES:
    case EPERM:
    case ENOTSOCK:
    case EPROTOTYPE: return ClientFault::absent;
    case EAGAIN: return ClientFault::timed_out;
    default: return ClientFault::system;
  }
}

bool listener_is(int socket, uid_t server_uid) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || size != sizeof peer)
    return false;
  return peer.uid == 0 || peer.uid == server_uid;
}

}  // namespace

const char* name_of(ClientFault fault) noexcept {
  switch (fault) {
    case ClientFault::none: return "none";
    case ClientFault::absent: return "absent";
    case ClientFault::timed_out: return "timed_out";
    case ClientFault::closed: return "closed";
    case ClientFault::untrusted: return "untrusted";
    case ClientFault::malformed: return "malformed";
    case ClientFault::too_large: return "too_large";
    case ClientFault::system: return "system";
  }
  return "unknown";
}

Client::~Client() noexcept {
  if (socket_ >= 0) ::close(socket_);
  wipe();
}

void Client::wipe() noexcept { explicit_bzero(buffer_, sizeof buffer_); }

ClientFault Client::connect(const char* path, uid_t server_uid, const Deadline& deadline) noexcept {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::size_t length = strlen(path);
  if (length == 0 || length >= sizeof address.sun_path || socket_ >= 0) return ClientFault::system;
  memcpy(address.sun_path, path, length);

  socket_ = new_socket();
  if (socket_ < 0) return ClientFault::system;
  int failed = 0;
  do {
    limit_connect(socket_, deadline);
    failed = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  } while (failed != 0 && errno == EINTR && deadline.left() > 0);
  if (failed != 0) return errno == EINTR ? ClientFault::timed_out : fault_of_connect(errno);
  return listener_is(socket_, server_uid) ? ClientFault::none : ClientFault::untrusted;
}

ClientFault Client::wait_for(short events, const Deadline& deadline) noexcept {
  for (;;) {
    pollfd wanted{socket_, events, 0};
    const int left = deadline.left();
    const int ready = ::poll(&wanted, 1, left);
    if (ready > 0) return ClientFault::none;
    if (ready < 0 && errno != EINTR) return ClientFault::system;
    if (left == 0) return ClientFault::timed_out;
  }
}

ClientFault Client::send_frame(std::size_t size, const Deadline& deadline) noexcept {
  std::size_t sent = 0;
  while (sent < size) {
    const ssize_t count = ::send(socket_, buffer_ + sent, size - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count >= 0) {
      sent += static_cast<std::size_t>(count);
    } else if (errno == EAGAIN) {
      const ClientFault fault = wait_for(POLLOUT, deadline);
      if (fault != ClientFault::none) return fault;
    } else if (errno == EPIPE || errno == ECONNRESET) {
      return ClientFault::none;  // receive() tells what the daemon said before it hung up
    } else if (errno != EINTR) {
      return ClientFault::system;
    }
  }
  return ClientFault::none;
}

ClientFault Client::fill(std::span<std::byte> bytes, const Deadline& deadline) noexcept {
  std::size_t got = 0;
  while (got < bytes.size()) {
    const ssize_t count = ::recv(socket_, bytes.data() + got, bytes.size() - got, MSG_DONTWAIT);
    if (count > 0) {
      got += static_cast<std::size_t>(count);
    } else if (count == 0 || errno == ECONNRESET) {
      return ClientFault::closed;
    } else if (errno == EAGAIN) {
      const ClientFault fault = wait_for(POLLIN, deadline);
      if (fault != ClientFault::none) return fault;
    } else if (errno != EINTR) {
      return ClientFault::system;
    }
  }
  return ClientFault::none;
}

ClientFault Client::receive(DaemonMessage& message, const Deadline& deadline) noexcept {
  std::byte length[kLengthSize] = {};
  ClientFault fault = fill(length, deadline);
  if (fault != ClientFault::none) return fault;
  const BodySize size = body_size(length);
  if (size.fault != CodecFault::none) return ClientFault::malformed;
  const std::span<std::byte> body = std::span<std::byte>(buffer_).first(size.size);
  fault = fill(body, deadline);
  if (fault != ClientFault::none) return fault;

  message.type = body_type(body).type;
  CodecFault wrong = CodecFault::unknown_type;
  if (message.type == MessageType::prompt) wrong = decode(body, message.prompt);
  if (message.type == MessageType::done) wrong = decode(body, message.done);
  return wrong == CodecFault::none ? ClientFault::none : ClientFault::malformed;
}

}  // namespace portal::wire
