#include "http/acceptor.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

#include "base/log.hpp"
#include "http/connection.hpp"

namespace portal::http {
namespace {

/// Clients in a row before others get their turn.
constexpr int turns = 64;
/// How long to wait when the system has no descriptor left, and how often to say so.
constexpr std::chrono::milliseconds breath{50};
constexpr std::chrono::minutes complaint_interval{1};

std::optional<Remote> remote_of(const sockaddr_storage& storage, const FileDescriptor& socket) {
  Remote remote;
  if (storage.ss_family == AF_UNIX) {
    remote.peer = credentials_of(socket.get());
    if (!remote.peer) return std::nullopt;
    return remote;
  }
  remote.address = IpAddress::of(reinterpret_cast<const sockaddr&>(storage));
  if (!remote.address) return std::nullopt;
  const int on = 1;  // answers are written whole: waiting for more only delays them
  (void)::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return remote;
}

bool is_exhausted(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

Acceptor::Acceptor(Hub& hub, FileDescriptor socket)
    : hub_(hub), socket_(hub.loop, socket.get()), timer_(hub.loop) {
  (void)socket.release();  // socket_ owns it now
}

void Acceptor::start() {
  socket_.async_wait(boost::asio::posix::descriptor_base::wait_read,
                     [self = shared_from_this()](const boost::system::error_code& error) {
                       if (!error && self->socket_.is_open()) self->accept_some();
                     });
}

void Acceptor::stop() {
  timer_.cancel();
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void Acceptor::accept_some() {
  for (int turn = 0; turn < turns; ++turn) {
    if (accept_one()) continue;
    if (is_exhausted(errno)) return pause();
    break;
  }
  start();
}

/// False with errno set when there is none.
bool Acceptor::accept_one() {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  FileDescriptor client(::accept4(socket_.native_handle(), reinterpret_cast<sockaddr*>(&storage),
                                  &length, SOCK_NONBLOCK | SOCK_CLOEXEC));
  // A client that is gone already is no reason to stop.
  if (!client) return errno == ECONNABORTED || errno == EINTR;
  std::optional<Remote> remote = remote_of(storage, client);
  if (!remote || !hub_.admit(*remote)) return true;  // closed here
  std::make_shared<Connection>(hub_, std::move(client), std::move(*remote))->start();
  return true;
}

void Acceptor::pause() {
  const auto now = std::chrono::steady_clock::now();
  if (now - complained_ > complaint_interval) {
    log(LogLevel::warning, "no descriptor left for a new client",
        {{"error", std::generic_category().message(errno)}});
    complained_ = now;
  }
  (void)hub_.close_longest_waiting();
  timer_.expires_after(breath);
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (!error && self->socket_.is_open()) self->start();
  });
}

}  // namespace portal::http
