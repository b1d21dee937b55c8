#include <sys/socket.h>

#include <cerrno>

#include "http/stream.hpp"

namespace portal::http {
namespace {

bool is_try_again(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

class PlainStream final : public Stream {
 public:
  explicit PlainStream(int socket) : socket_(socket) {}

  Step shake_hands() override { return Step::done; }

  Moved read(std::span<char> into) override {
    const ssize_t count = ::recv(socket_, into.data(), into.size(), 0);
    if (count > 0) return {Step::done, static_cast<std::size_t>(count)};
    if (count == 0) return {Step::closed};
    return {is_try_again(errno) ? Step::want_read : Step::failed};
  }

  Moved write(std::span<const char> from) override {
    const ssize_t count = ::send(socket_, from.data(), from.size(), MSG_NOSIGNAL);
    if (count >= 0) return {Step::done, static_cast<std::size_t>(count)};
    return {is_try_again(errno) ? Step::want_write : Step::failed};
  }

  void finish_writing() override { (void)::shutdown(socket_, SHUT_WR); }

 private:
  int socket_;
};

}  // namespace

std::unique_ptr<Stream> plain_stream(int socket) { return std::make_unique<PlainStream>(socket); }

}  // namespace portal::http
