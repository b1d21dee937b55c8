#pragma once

#include <filesystem>
#include <memory>
#include <mutex>

#include "base/result.hpp"
#include "http/stream.hpp"

struct ssl_ctx_st;

namespace portal::http {

/// The server's side of TLS: certificate, key and what is spoken. TLS 1.2 with forward secrecy and
/// authenticated encryption, TLS 1.3; ALPN "http/1.1" (RFC 7301). No renegotiation, no compression.
class TlsContext {
 public:
  /// `certificate`: PEM chain, the server's own first. `private_key`: PEM without a passphrase,
  /// readable by its owner alone.
  /// Fails: not_found, malformed (not PEM, or the key is of another certificate), denied (others
  /// may read the key), unavailable.
  static Result<std::unique_ptr<TlsContext>> load(std::filesystem::path certificate,
                                                  std::filesystem::path private_key);

  /// Reads both files again. Connections that exist keep what they have; if a file is bad, new ones
  /// do too. Any thread may call it.
  Result<void> reload();

  /// The stream of one accepted connection; the caller owns `socket`. Its memory is taken at the
  /// first `shake_hands`, so call that when the client has sent something.
  std::unique_ptr<Stream> stream(int socket) const;

 private:
  using Context = std::shared_ptr<ssl_ctx_st>;
  TlsContext(std::filesystem::path certificate, std::filesystem::path private_key, Context context);
  static Result<Context> make(const std::filesystem::path& certificate,
                              const std::filesystem::path& private_key);

  std::filesystem::path certificate_;
  std::filesystem::path private_key_;
  mutable std::mutex mutex_;
  Context context_;
};

/// A stream of `context`; see TlsContext::stream.
std::unique_ptr<Stream> tls_stream(int socket, std::shared_ptr<ssl_ctx_st> context);

}  // namespace portal::http
