#include "http/client.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <cstdlib>
#include <cstring>

#include "http/text.hpp"
#include "support/cmocka.hpp"

namespace portal::test {
namespace {

constexpr timeval patience{5, 0};

FileDescriptor open_socket(int family) {
  FileDescriptor socket(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  assert_true(static_cast<bool>(socket));
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  return socket;
}

}  // namespace

Client Client::tcp(unsigned short port, int receive_buffer) {
  FileDescriptor socket = open_socket(AF_INET);
  if (receive_buffer > 0)
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    socket.close();
  return Client(std::move(socket));
}

Client Client::unix_socket(const std::filesystem::path& path) {
  FileDescriptor socket = open_socket(AF_UNIX);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.native().size());
  if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    socket.close();
  return Client(std::move(socket));
}

bool Client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

bool Client::receive_some() {
  char chunk[16 * 1024];
  const ssize_t count = ::recv(socket_.get(), chunk, sizeof chunk, 0);
  if (count <= 0) return false;
  buffered_.append(chunk, static_cast<std::size_t>(count));
  return true;
}

Answer Client::receive(bool head_only) {
  for (;;) {
    std::size_t used = 0;
    Answer answer = parse_answer(buffered_, head_only, used);
    buffered_.erase(0, used);
    if (answer.status != 0 || !receive_some()) return answer;
  }
}

std::string Client::receive_all() {
  while (receive_some()) {
  }
  return std::exchange(buffered_, {});
}

bool Client::is_ended_within(std::chrono::milliseconds within) {
  const timeval limit{within.count() / 1000, (within.count() % 1000) * 1000};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  char byte = 0;
  const ssize_t count = ::recv(socket_.get(), &byte, 1, 0);
  return count == 0 || (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
}

Answer parse_answer(std::string_view bytes, bool head_only, std::size_t& used) {
  Answer answer;
  const std::size_t end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos || bytes.size() < 12) return answer;
  std::string_view rest = bytes.substr(0, end);
  bool more = true;
  const std::string_view status_line = http::next_part(rest, '\n', more);
  while (more) {
    const std::string_view line = http::next_part(rest, '\n', more);
    const std::size_t colon = line.find(':');
    std::string_view value = line.substr(colon + 1);
    if (value.ends_with('\r')) value.remove_suffix(1);
    answer.headers[http::to_lower(line.substr(0, colon))] = std::string(http::trimmed(value));
  }
  const auto length = answer.headers.find("content-length");
  const std::size_t size =
      head_only || length == answer.headers.end() ? 0 : std::stoul(length->second);
  if (bytes.size() < end + 4 + size) return {};
  answer.body = std::string(bytes.substr(end + 4, size));
  answer.status = std::atoi(std::string(status_line.substr(9, 3)).c_str());
  used = end + 4 + size;
  return answer;
}

TlsClient::TlsClient(unsigned short port, const TlsWishes& wishes)
    : context_(SSL_CTX_new(TLS_client_method())), client_(Client::tcp(port)) {
  SSL_CTX_set_security_level(context_.get(), 0);
  SSL_CTX_set_min_proto_version(context_.get(), wishes.oldest);
  SSL_CTX_set_max_proto_version(context_.get(), wishes.newest);
  if (!wishes.ciphers.empty()) SSL_CTX_set_cipher_list(context_.get(), wishes.ciphers.c_str());
  if (!wishes.protocols.empty())
    SSL_CTX_set_alpn_protos(context_.get(),
                            reinterpret_cast<const unsigned char*>(wishes.protocols.data()),
                            static_cast<unsigned>(wishes.protocols.size()));
  ssl_.reset(SSL_new(context_.get()));
  SSL_set_fd(ssl_.get(), client_.descriptor());
  connected_ = SSL_connect(ssl_.get()) == 1;
}

Answer TlsClient::ask(std::string_view request) {
  if (SSL_write(ssl_.get(), request.data(), static_cast<int>(request.size())) <= 0) return {};
  std::string bytes;
  for (;;) {
    std::size_t used = 0;
    Answer answer = parse_answer(bytes, false, used);
    if (answer.status != 0) return answer;
    char chunk[4'096];
    const int count = SSL_read(ssl_.get(), chunk, sizeof chunk);
    if (count <= 0) return answer;
    bytes.append(chunk, static_cast<std::size_t>(count));
  }
}

std::string TlsClient::version() const { return SSL_get_version(ssl_.get()); }
std::string TlsClient::cipher() const { return SSL_get_cipher_name(ssl_.get()); }

std::string TlsClient::protocol() const {
  const unsigned char* name = nullptr;
  unsigned length = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &length);
  return std::string(reinterpret_cast<const char*>(name), length);
}

std::string TlsClient::server_name() const {
  const std::unique_ptr<X509, Freed<X509_free>> certificate(SSL_get1_peer_certificate(ssl_.get()));
  char name[128] = "";
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name,
                            sizeof name);
  return name;
}

void make_certificate(const std::filesystem::path& folder, const std::string& common_name) {
  const std::string command =
      "umask 077; openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
      "-subj /CN=" +
      common_name + " -keyout " + (folder / "key.pem").native() + " -out " +
      (folder / "certificate.pem").native() + " 2>/dev/null";
  assert_int_equal(std::system(command.c_str()), 0);
}

}  // namespace portal::test
