#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "delivery/curl_handle.hpp"

namespace portal {

/// The sockets that a libcurl handle has open, so that one who says goodbye need not wait for an
/// answer: none of libcurl's time limits holds for QUIT. Must outlive the handle.
class OpenSockets {
 public:
  OpenSockets() = default;
  OpenSockets(const OpenSockets&) = delete;
  OpenSockets& operator=(const OpenSockets&) = delete;

  void watch(CurlHandle& curl) {
    curl.set(CURLOPT_SOCKOPTFUNCTION, &opened);
    curl.set(CURLOPT_SOCKOPTDATA, this);
    curl.set(CURLOPT_CLOSESOCKETFUNCTION, &closed);
    curl.set(CURLOPT_CLOSESOCKETDATA, this);
  }
  /// What the other side says is not awaited any more; what we say still leaves.
  void stop_listening() const noexcept {
    for (const curl_socket_t socket : open_) (void)::shutdown(socket, SHUT_RD);
  }
  /// Nothing leaves any more either.
  void cut() const noexcept {
    for (const curl_socket_t socket : open_) (void)::shutdown(socket, SHUT_RDWR);
  }

 private:
  static int opened(void* self, curl_socket_t socket, curlsocktype) {
    static_cast<OpenSockets*>(self)->open_.push_back(socket);
    return CURL_SOCKOPT_OK;
  }
  static int closed(void* self, curl_socket_t socket) {
    std::erase(static_cast<OpenSockets*>(self)->open_, socket);
    return ::close(socket);
  }

  std::vector<curl_socket_t> open_;
};

}  // namespace portal
