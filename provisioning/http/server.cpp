#include "http/server.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <optional>
#include <thread>
#include <typeinfo>
#include <utility>

#include "base/log.hpp"
#include "http/acceptor.hpp"
#include "http/client_address.hpp"
#include "http/hub.hpp"
#include "http/listen_socket.hpp"
#include "http/quiet_threads.hpp"
#include "http/tls.hpp"

namespace portal::http {
namespace {

namespace asio = boost::asio;

/// Plain HTTP carries passwords in clear: it never leaves this host (DESIGN.md section 4, HTTPS).
Result<void> check_plain(const Listener& listener, const ProxyList& proxies) {
  const auto address = IpAddress::parse(listener.address);
  if (!address) return fail(Errc::malformed, "not an IP address: " + listener.address);
  if (!address->is_loopback())
    return fail(Errc::denied, "plain HTTP is for loopback addresses only: " + listener.address);
  if (proxies.empty()) return fail(Errc::malformed, "plain HTTP needs the proxies in front of it");
  return {};
}

/// A listening socket of either kind.
struct Listening {
  FileDescriptor socket;
  std::optional<ListeningPath> path;
  unsigned short port = 0;
};

Result<Listening> listen(const Listener& listener) {
  Listening result;
  if (listener.kind == Listener::Kind::unix_socket) {
    Result<ListeningPath> path = ListeningPath::open(listener.socket, listener.socket_mode);
    if (!path) return fail(std::move(path).error());
    result.socket = std::move(path->socket());
    result.path.emplace(std::move(*path));
    return result;
  }
  Result<FileDescriptor> socket = listen_on_address(listener.address, listener.port);
  if (!socket) return fail(std::move(socket).error());
  result.port = port_of(*socket);
  result.socket = std::move(*socket);
  return result;
}

}  // namespace

class Server::Implementation {
 public:
  Implementation(const Limits& limits, const Router& router, std::unique_ptr<TlsContext> tls,
                 ProxyList proxies, bool forwarded_by_peer, Listening listening)
      : hub_(limits, router, std::move(tls), std::move(proxies), forwarded_by_peer),
        path_(std::move(listening.path)),
        port_(listening.port),
        acceptor_(std::make_shared<Acceptor>(hub_, std::move(listening.socket))),
        work_(hub_.loop.get_executor()) {
    acceptor_->start();
    thread_ = std::thread([this] { run(); });
  }

  ~Implementation() { stop(std::chrono::milliseconds(0)); }

  void stop(std::chrono::milliseconds patience) {
    if (!thread_.joinable()) return;
    const auto empty = std::make_shared<std::promise<void>>();
    asio::post(hub_.loop, [this, empty] {
      acceptor_->stop();
      hub_.wind_down([empty] { empty->set_value(); });
    });
    (void)empty->get_future().wait_for(patience);
    asio::post(hub_.loop, [this] { hub_.close_all(); });
    work_.reset();
    thread_.join();
    path_.reset();
  }

  unsigned short port() const { return port_; }

  Result<void> reload_certificate() {
    if (!hub_.tls) return {};
    return hub_.tls->reload();
  }

 private:
  /// An exception here means no memory: the connection that met it is lost, the others go on.
  void run() {
    for (;;) {
      try {
        hub_.loop.run();
        return;
      } catch (const std::exception& fault) {
        log(LogLevel::error, "the event loop goes on after a fault",
            {{"exception", typeid(fault).name()}});
      }
    }
  }

  Hub hub_;
  std::optional<ListeningPath> path_;
  unsigned short port_;
  std::shared_ptr<Acceptor> acceptor_;
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::thread thread_;
};

Result<std::unique_ptr<Server>> Server::start(const Listener& listener, const Limits& limits,
                                              const Router& router) {
  Result<ProxyList> proxies = ProxyList::parse(listener.proxies);
  if (!proxies) return fail(std::move(proxies).error());
  if (listener.kind == Listener::Kind::http_behind_proxy)
    if (const Result<void> allowed = check_plain(listener, *proxies); !allowed)
      return fail(allowed.error());

  std::unique_ptr<TlsContext> tls;
  if (listener.kind == Listener::Kind::https) {
    Result<std::unique_ptr<TlsContext>> loaded =
        TlsContext::load(listener.certificate, listener.private_key);
    if (!loaded) return fail(std::move(loaded).error());
    tls = std::move(*loaded);
  }

  Result<Listening> listening = listen(listener);
  if (!listening) return fail(std::move(listening).error());
  const QuietThreads quiet;
  return std::unique_ptr<Server>(new Server(
      std::make_unique<Implementation>(limits, router, std::move(tls), std::move(*proxies),
                                       listener.forwarded_by_peer, std::move(*listening))));
}

Server::Server(std::unique_ptr<Implementation> implementation)
    : implementation_(std::move(implementation)) {}
Server::~Server() = default;

unsigned short Server::port() const { return implementation_->port(); }
Result<void> Server::reload_certificate() { return implementation_->reload_certificate(); }
void Server::stop(std::chrono::milliseconds patience) { implementation_->stop(patience); }

}  // namespace portal::http
