#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace portal::test {

/// A gateway on 127.0.0.1 that answers by script: the n-th connection by the n-th answer, those
/// after the last by the last. It keeps what it was asked.
class ScriptedGateway {
 public:
  struct Request {
    std::string head;
    std::string body;
    bool has(std::string_view part) const {
      return head.find(part) != std::string::npos || body.find(part) != std::string::npos;
    }
  };
  using Answer = std::function<void(int socket)>;

  explicit ScriptedGateway(std::vector<Answer> script) : script_(std::move(script)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(listener_, 16) != 0) {
      std::abort();
    }
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept(); });
  }
  ScriptedGateway(const ScriptedGateway&) = delete;
  ScriptedGateway& operator=(const ScriptedGateway&) = delete;
  ~ScriptedGateway() {
    ending_ = true;
    acceptor_.join();
    for (std::thread& thread : threads_) thread.join();
    ::close(listener_);
  }

  std::string url(std::string_view path = "/send") const {
    return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
  }
  std::vector<Request> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

  static void put(int socket, std::string_view text) {
    while (!text.empty()) {
      const ssize_t sent = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  /// Until the other side has hung up.
  static void wait_for_end(int socket) {
    char byte = 0;
    while (::recv(socket, &byte, 1, 0) > 0) {
    }
  }

  static Answer says(int status, std::string body, std::string more_head = "") {
    return [=](int socket) {
      put(socket, "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: " +
                      std::to_string(body.size()) + "\r\n" + more_head + "\r\n" + body);
    };
  }
  static Answer hangs() { return wait_for_end; }
  static Answer hangs_up() {
    return [](int) {};
  }
  static Answer drips() {
    return [](int socket) {
      const std::string text = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n0: taken.";
      for (const char byte : text) {
        put(socket, std::string_view(&byte, 1));
        pollfd look{socket, POLLIN, 0};
        if (::poll(&look, 1, 1000) > 0) return;  // the other side has hung up
      }
    };
  }
  static Answer floods() {
    return [](int socket) {
      put(socket, "HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n0: taken.");
      const std::string block(65'536, 'x');
      for (int i = 0; i < 16'384; ++i) {
        if (::send(socket, block.data(), block.size(), MSG_NOSIGNAL) <= 0) return;
      }
    };
  }

 private:
  void accept() {
    for (std::size_t turn = 0; !ending_;) {
      pollfd look{listener_, POLLIN, 0};
      if (::poll(&look, 1, 20) <= 0) continue;
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0) continue;
      const Answer& answer = script_[std::min(turn++, script_.size() - 1)];
      threads_.emplace_back([this, socket, &answer] {
        if (read_request(socket)) answer(socket);
        ::close(socket);
      });
    }
  }

  bool read_request(int socket) {
    std::string text;
    std::array<char, 4096> block{};
    while (true) {
      const std::size_t end = text.find("\r\n\r\n");
      if (end != std::string::npos && text.size() >= end + 4 + length_in(text.substr(0, end))) {
        const std::lock_guard lock(mutex_);
        requests_.push_back({text.substr(0, end), text.substr(end + 4)});
        return true;
      }
      const ssize_t got = ::recv(socket, block.data(), block.size(), 0);
      if (got <= 0) return false;
      text.append(block.data(), static_cast<std::size_t>(got));
    }
  }
  static std::size_t length_in(const std::string& head) {
    constexpr std::string_view name = "\r\nContent-Length: ";
    const std::size_t at = head.find(name);
    return at == std::string::npos ? 0 : std::stoul(head.substr(at + name.size()));
  }

  std::vector<Answer> script_;
  int listener_ = -1;
  unsigned short port_ = 0;
  std::atomic<bool> ending_ = false;
  mutable std::mutex mutex_;
  std::vector<Request> requests_;
  std::thread acceptor_;
  std::vector<std::thread> threads_;
};

}  // namespace portal::test
