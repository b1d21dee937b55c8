// The only place of this room that sees curl.h.
#include "ctl/connection.hpp"

#include <curl/curl.h>

#include <cerrno>
#include <new>
#include <stdexcept>
#include <utility>

#include "base/freed.hpp"

namespace portal::ctl {
namespace {

constexpr std::size_t kLongestAnswer = std::size_t{64} * 1024 * 1024;
constexpr long kConnectSeconds = 5;
constexpr long kSecondsInAll = 300;  // the commit of a full import

using CurlHandle = std::unique_ptr<CURL, Freed<curl_easy_cleanup>>;
using HeaderList = std::unique_ptr<curl_slist, Freed<curl_slist_free_all>>;

std::size_t take_answer(char* data, std::size_t, std::size_t size, void* into) {
  auto& body = *static_cast<std::string*>(into);
  if (body.size() + size > kLongestAnswer) return 0;
  body.append(data, size);
  return size;
}

NoReply explained(CURLcode code, long os_error, const std::filesystem::path& socket) {
  const std::string place = socket.string();
  if (code == CURLE_COULDNT_CONNECT && (os_error == EACCES || os_error == EPERM)) {
    return {ExitCode::not_permitted, "this user may not connect to " + place +
                                         "; run as root or as a member of the daemon's group"};
  }
  if (code == CURLE_COULDNT_CONNECT) {
    return {ExitCode::unreachable, "no daemon answers on " + place +
                                       "; is portald running (systemctl status portald), and is "
                                       "this its socket (--socket)?"};
  }
  if (code == CURLE_OPERATION_TIMEDOUT) {
    return {ExitCode::unreachable, "the daemon did not answer in time; its log may say why"};
  }
  return {ExitCode::unreachable,
          "the answer from " + place + " could not be read: " + curl_easy_strerror(code)};
}

}  // namespace

class Connection::Handle {
 public:
  explicit Handle(const std::filesystem::path& socket) {
    if (!curl_) throw std::bad_alloc();
    set(CURLOPT_UNIX_SOCKET_PATH, socket.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http");
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_NOPROXY, "*");  // http_proxy in the environment is not for us
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
    set(CURLOPT_TIMEOUT, kSecondsInAll);
    set(CURLOPT_WRITEFUNCTION, &take_answer);
    headers_.reset(curl_slist_append(nullptr, "Content-Type: application/json"));
    // curl would wait a second for "100 Continue" before a large chunk.
    if (headers_) curl_slist_append(headers_.get(), "Expect:");
  }

  template <class T>
  void set(CURLoption option, T value) {
    if (curl_easy_setopt(curl_.get(), option, value) != CURLE_OK) {
      throw std::runtime_error("libcurl lacks what portalctl needs");
    }
  }
  CURL* get() const { return curl_.get(); }
  curl_slist* headers() const { return headers_.get(); }

 private:
  CurlHandle curl_{curl_easy_init()};
  HeaderList headers_;
};

Connection::Connection(std::filesystem::path socket)
    : socket_(std::move(socket)), handle_(std::make_unique<Handle>(socket_)) {}

Connection::~Connection() = default;

std::variant<Reply, NoReply> Connection::request(std::string_view method, const std::string& target,
                                                 std::string_view json) {
  Reply reply;
  handle_->set(CURLOPT_URL, ("http://localhost" + target).c_str());
  handle_->set(CURLOPT_HTTPHEADER, json.empty() ? nullptr : handle_->headers());
  handle_->set(CURLOPT_HTTPGET, 1L);  // forgets the body of the request before
  if (method != "GET") {
    handle_->set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(json.size()));
    handle_->set(CURLOPT_POSTFIELDS, json.empty() ? "" : json.data());
  }
  handle_->set(CURLOPT_CUSTOMREQUEST, std::string(method).c_str());
  handle_->set(CURLOPT_WRITEDATA, static_cast<void*>(&reply.body));
  const CURLcode code = curl_easy_perform(handle_->get());
  if (code != CURLE_OK) {
    long os_error = 0;
    curl_easy_getinfo(handle_->get(), CURLINFO_OS_ERRNO, &os_error);
    return explained(code, os_error, socket_);
  }
  long status = 0;
  curl_easy_getinfo(handle_->get(), CURLINFO_RESPONSE_CODE, &status);
  reply.status = static_cast<int>(status);
  return reply;
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  constexpr std::string_view plain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string encoded;
  for (const char c : text) {
    if (plain.find(c) != std::string_view::npos) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += digits[byte >> 4U];
    encoded += digits[byte & 15U];
  }
  return encoded;
}

}  // namespace portal::ctl
