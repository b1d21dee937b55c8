#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/file.hpp"
#include "base/freed.hpp"

namespace portal::test {

/// An answer as it came over the wire.
struct Answer {
  int status = 0;  ///< 0: the connection ended before a whole answer came
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
};

/// A client that sends exactly the bytes it is told to. Every wait ends after five seconds.
class Client {
 public:
  /// `receive_buffer`: bytes that the system takes in before the client reads; 0 for its default.
  static Client tcp(unsigned short port, int receive_buffer = 0);
  static Client unix_socket(const std::filesystem::path& path);

  bool connected() const { return static_cast<bool>(socket_); }
  bool send(std::string_view bytes);
  /// One answer with its Content-Length body; `head_only` for answers to HEAD.
  Answer receive(bool head_only = false);
  /// All bytes until the server ends the connection.
  std::string receive_all();
  /// Whether the server ends the connection (in order or by a reset) within `patience`.
  bool is_ended_within(std::chrono::milliseconds patience);
  int descriptor() const { return socket_.get(); }
  void close() { socket_.close(); }

 private:
  explicit Client(FileDescriptor socket) : socket_(std::move(socket)) {}
  bool receive_some();

  FileDescriptor socket_;
  std::string buffered_;
};

/// How a TLS client behaves.
struct TlsWishes {
  int newest = TLS1_3_VERSION;
  int oldest = TLS1_VERSION;
  std::string ciphers;    ///< TLS 1.2
  std::string protocols;  ///< ALPN in wire form
};

/// A TLS client that believes every certificate, and tells which one it saw.
class TlsClient {
 public:
  TlsClient(unsigned short port, const TlsWishes& wishes = {});
  /// False: the handshake failed.
  bool connected() const { return connected_; }
  Answer ask(std::string_view request);
  std::string version() const;
  std::string cipher() const;
  std::string protocol() const;
  /// The common name of the server's certificate.
  std::string server_name() const;

 private:
  std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>> context_;
  Client client_;
  std::unique_ptr<SSL, Freed<SSL_free>> ssl_;
  bool connected_ = false;
};

/// Parses `bytes` as one answer; status 0 if it is not whole.
Answer parse_answer(std::string_view bytes, bool head_only, std::size_t& used);

/// Writes certificate.pem and key.pem for `common_name`, self-signed, with the openssl command.
void make_certificate(const std::filesystem::path& folder, const std::string& common_name);

}  // namespace portal::test
