#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "http/client.hpp"
#include "http/server.hpp"
#include "support/cmocka.hpp"

namespace portal::test {

using namespace std::chrono_literals;

/// Loopback, plain, with this host as its listed proxy.
inline http::Listener plain_listener() {
  http::Listener listener;
  listener.kind = http::Listener::Kind::http_behind_proxy;
  listener.address = "127.0.0.1";
  listener.proxies = {"127.0.0.1"};
  return listener;
}

/// Where handlers wait until the test lets them go.
class Gate {
 public:
  /// Called by handlers; five seconds at most.
  void pass() {
    std::unique_lock lock(mutex_);
    ++arrived_;
    changed_.notify_all();
    changed_.wait_for(lock, 5s, [this] { return open_; });
  }
  /// Waits until `count` handlers have come.
  void wait_for_arrivals(int count) {
    std::unique_lock lock(mutex_);
    assert_true(changed_.wait_for(lock, 5s, [&] { return arrived_ >= count; }));
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int arrived_ = 0;
  bool open_ = false;
};

/// A server with a few routes that tests ask for:
///   GET /hello, POST /echo (its body), GET /who (address and peer), GET /gated (keeps its thread
///   until the gate opens), GET /held (sent after 600 ms), GET /large (8 MiB).
class RunningServer {
 public:
  explicit RunningServer(const http::Limits& limits = {},
                         const http::Listener& listener = plain_listener()) {
    add_routes();
    Result<std::unique_ptr<http::Server>> started = http::Server::start(listener, limits, router_);
    assert_ok(started);
    server_ = std::move(*started);
  }

  http::Server& operator*() { return *server_; }
  http::Server* operator->() { return server_.get(); }
  unsigned short port() const { return server_->port(); }
  Gate& gate() { return gate_; }
  Client client() const { return Client::tcp(port()); }

 private:
  static http::Response text(std::string body) {
    http::Response response;
    response.content_type = "text/plain";
    response.body = std::move(body);
    return response;
  }

  static http::Response who(const http::Request& request) {
    std::string body = "address=" + request.address + " host=" + request.host;
    if (request.peer) {
      body += " uid=" + std::to_string(request.peer->uid) +
              " gid=" + std::to_string(request.peer->gid) +
              " pid=" + std::to_string(request.peer->pid) + " groups=";
      for (const std::uint32_t group : request.peer->groups) body += std::to_string(group) + ",";
    }
    return text(body);
  }

  void add_routes() {
    using http::Method;
    using http::Request;
    router_.add(Method::get, "/hello", [](const Request&) { return text("hello"); });
    router_.add(Method::post, "/echo",
                [](const Request& request) { return text(std::string(request.body.reveal())); });
    router_.add(Method::get, "/who", [](const Request& request) { return who(request); });
    router_.add(Method::get, "/gated", [this](const Request&) {
      gate_.pass();
      return text("gated");
    });
    router_.add(Method::get, "/held", [](const Request&) {
      http::Response response = text("held");
      response.schedule = 600ms;
      return response;
    });
    router_.add(Method::get, "/large",
                [](const Request&) { return text(std::string(8U << 20U, 'x')); });
  }

  Gate gate_;
  http::Router router_;
  std::unique_ptr<http::Server> server_;
};

/// A request without body: "GET /hello HTTP/1.1" and a Host.
inline std::string request_of(const std::string& line, const std::string& more_headers = "") {
  return line + " HTTP/1.1\r\nHost: portal.example\r\n" + more_headers + "\r\n";
}

}  // namespace portal::test
