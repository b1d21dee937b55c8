#include "ipc/server.hpp"

#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "base/log.hpp"
#include "ipc/admission.hpp"
#include "ipc/connection.hpp"
#include "ipc/socket_file.hpp"

namespace portal::ipc {

namespace asio = boost::asio;
using asio::local::stream_protocol;
using namespace std::chrono_literals;

namespace {

/// What the rest of the daemon may need: directory, store, files.
constexpr std::size_t kReservedDescriptors = 256;

/// Never more connections than there are descriptors: else accept(2) fails for everybody.
std::size_t affordable_connections(std::size_t wanted) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return wanted;
  const std::size_t all = limit.rlim_cur;
  const std::size_t most = all > 2 * kReservedDescriptors ? all - kReservedDescriptors
                                                          : std::max<std::size_t>(all / 2, 1);
  if (wanted <= most) return wanted;
  log(LogLevel::warning, "fewer connections than configured: the limit of open files is too low",
      {{"configured", std::to_string(wanted)}, {"possible", std::to_string(most)}});
  return most;
}

Settings affordable(Settings settings) {
  settings.max_connections = affordable_connections(settings.max_connections);
  settings.threads = std::max<std::size_t>(settings.threads, 1);
  return settings;
}

/// A socket that init made for us.
Result<FileDescriptor> inherited(int descriptor) {
  FileDescriptor socket(descriptor);
  int domain = 0;
  int listens = 0;
  socklen_t size = sizeof domain;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0 ||
      ::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 ||
      domain != AF_UNIX || listens == 0)
    return fail(Errc::malformed, "the inherited descriptor is no listening Unix socket");
  return socket;
}

}  // namespace

class Server::Loop {
 public:
  Loop(Settings settings, LoginFace& face, const Phrasebook& phrases, FileDescriptor socket,
       std::optional<SocketFile> file)
      : settings_(affordable(std::move(settings))),
        authority_(settings_.allowed_callers),
        needs_{settings_, authority_, face, phrases},
        file_(std::move(file)),
        admission_(settings_.max_connections, settings_.max_per_uid),
        workers_(settings_.threads),
        acceptor_(loop_, stream_protocol(), socket.release()),
        pause_(loop_) {
    accept();
    thread_ = std::thread([this] { loop_.run(); });
  }

  ~Loop() { stop(0ms); }

  void stop(std::chrono::milliseconds patience) {
    const std::lock_guard one_at_a_time(stopping_);
    if (!thread_.joinable()) return;
    asio::post(loop_, [this] { close_door(); });
    {
      std::unique_lock lock(emptied_mutex_);
      emptied_.wait_for(lock, patience, [this] { return door_closed_ && connections_ == 0; });
    }
    asio::post(loop_, [this] { for_each([](Connection& connection) { connection.close(); }); });
    workers_.join();
    alive_.reset();
    thread_.join();
    file_.reset();
  }

  std::size_t connections() const noexcept { return connections_; }

 private:
  void accept() {
    acceptor_.async_accept(
        [this](const boost::system::error_code& error, stream_protocol::socket socket) {
          if (error == asio::error::operation_aborted || !acceptor_.is_open()) return;
          if (error) return accept_later(error);
          welcome(std::move(socket));
          accept();
        });
  }

  /// Out of descriptors or memory: the connection stays in the kernel's queue, and asking again at
  /// once would only spin.
  void accept_later(const boost::system::error_code& error) {
    log(LogLevel::error, "cannot accept a connection", {{"error", error.message()}});
    pause_.expires_after(100ms);
    pause_.async_wait([this](const boost::system::error_code& stopped) {
      if (!stopped) accept();
    });
  }

  void welcome(stream_protocol::socket socket) {
    const Result<Peer> peer = peer_of(socket.native_handle());
    if (!peer) return;
    if (!admission_.admit(peer->uid)) return turned_away(*peer);
    auto connection = std::make_shared<Connection>(
        loop_, workers_, needs_, std::move(socket), *peer,
        [this](const std::shared_ptr<Connection>& ended) { goodbye(ended); });
    present_.insert(connection);
    connections_ = admission_.present();
    connection->begin();
  }

  /// One line for many: who floods the socket must not flood the log.
  void turned_away(const Peer& peer) {
    constexpr auto kQuiet = 10s;
    ++turned_away_;
    const auto now = std::chrono::steady_clock::now();
    if (turned_away_ > 1 && now - last_complaint_ < kQuiet) return;
    last_complaint_ = now;
    log(LogLevel::warning, "too many connections: turned away",
        {{"uid", std::to_string(peer.uid)},
         {"connections", std::to_string(admission_.present())},
         {"turned_away", std::to_string(turned_away_)}});
  }

  void goodbye(const std::shared_ptr<Connection>& connection) {
    if (present_.erase(connection) == 0) return;
    admission_.leave(connection->uid());
    tell_if_empty();
  }

  void close_door() {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
    for_each([](Connection& connection) { connection.close_unless_busy(); });
    door_closed_ = true;
    tell_if_empty();
  }

  void tell_if_empty() {
    const std::lock_guard lock(emptied_mutex_);
    connections_ = admission_.present();
    if (connections_ == 0) emptied_.notify_all();
  }

  /// Over a copy: closing one takes it out of `present_`.
  template <class F>
  void for_each(F&& each) {
    const std::set<std::shared_ptr<Connection>> present = present_;
    for (const std::shared_ptr<Connection>& connection : present) each(*connection);
  }

  const Settings settings_;
  const Authority authority_;
  const DialogueNeeds needs_;
  std::optional<SocketFile> file_;

  // On the loop's thread alone.
  Admission admission_;
  std::set<std::shared_ptr<Connection>> present_;
  std::size_t turned_away_ = 0;
  std::chrono::steady_clock::time_point last_complaint_;

  asio::io_context loop_{1};
  asio::executor_work_guard<asio::io_context::executor_type> alive_ = asio::make_work_guard(loop_);
  asio::thread_pool workers_;
  stream_protocol::acceptor acceptor_;
  asio::steady_timer pause_;

  std::atomic<std::size_t> connections_ = 0;
  std::atomic<bool> door_closed_ = false;
  std::mutex emptied_mutex_;
  std::condition_variable emptied_;
  std::mutex stopping_;
  std::thread thread_;
};

Server::Server(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::start(Settings settings, LoginFace& face,
                                              const Phrasebook& phrases) {
  std::optional<SocketFile> file;
  FileDescriptor socket;
  if (settings.inherited_socket >= 0) {
    Result<FileDescriptor> given = inherited(settings.inherited_socket);
    if (!given) return fail(std::move(given).error());
    socket = std::move(*given);
  } else {
    Result<SocketFile> made = SocketFile::make(settings.socket, settings.mode);
    if (!made) return fail(std::move(made).error());
    socket = made->take_socket();
    file.emplace(std::move(*made));
  }
  return std::unique_ptr<Server>(new Server(std::make_unique<Loop>(
      std::move(settings), face, phrases, std::move(socket), std::move(file))));
}

void Server::stop(std::chrono::milliseconds patience) { loop_->stop(patience); }

std::size_t Server::connections() const noexcept { return loop_->connections(); }

}  // namespace portal::ipc
