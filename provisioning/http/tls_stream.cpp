#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include "base/freed.hpp"
#include "http/tls.hpp"

namespace portal::http {
namespace {

class TlsStream final : public Stream {
 public:
  TlsStream(int socket, std::shared_ptr<SSL_CTX> context)
      : socket_(socket), context_(std::move(context)) {}

  Step shake_hands() override {
    if (!ssl_ && !open()) return Step::failed;
    ERR_clear_error();
    const int outcome = SSL_accept(ssl_.get());
    return outcome == 1 ? Step::done : step_of(outcome);
  }

  Moved read(std::span<char> into) override {
    ERR_clear_error();
    std::size_t count = 0;
    const int outcome = SSL_read_ex(ssl_.get(), into.data(), into.size(), &count);
    return outcome == 1 ? Moved{Step::done, count} : Moved{step_of(outcome)};
  }

  Moved write(std::span<const char> from) override {
    ERR_clear_error();
    std::size_t count = 0;
    const int outcome = SSL_write_ex(ssl_.get(), from.data(), from.size(), &count);
    return outcome == 1 ? Moved{Step::done, count} : Moved{step_of(outcome)};
  }

  void finish_writing() override {
    // close_notify goes out if there is room for it; its loss costs the client a warning.
    ERR_clear_error();
    if (ssl_ && SSL_is_init_finished(ssl_.get()) == 1) (void)SSL_shutdown(ssl_.get());
    (void)::shutdown(socket_, SHUT_WR);
  }

 private:
  bool open() {
    ERR_clear_error();
    ssl_.reset(SSL_new(context_.get()));
    return ssl_ && SSL_set_fd(ssl_.get(), socket_) == 1;
  }

  /// OpenSSL looks at the thread's error queue for its verdict, so each call clears it first.
  Step step_of(int outcome) {
    switch (SSL_get_error(ssl_.get(), outcome)) {
      case SSL_ERROR_WANT_READ: return Step::want_read;
      case SSL_ERROR_WANT_WRITE: return Step::want_write;
      case SSL_ERROR_ZERO_RETURN: return Step::closed;
      default: return Step::failed;
    }
  }

  int socket_;
  std::shared_ptr<SSL_CTX> context_;
  std::unique_ptr<SSL, Freed<SSL_free>> ssl_;
};

}  // namespace

std::unique_ptr<Stream> tls_stream(int socket, std::shared_ptr<SSL_CTX> context) {
  return std::make_unique<TlsStream>(socket, std::move(context));
}

}  // namespace portal::http
