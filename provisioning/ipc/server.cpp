#include "ipc/server.hpp"

#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include "base/log.hpp"
#include "ipc/admission.hpp"
#include "ipc/connection.hpp"
#include "ipc/crew.hpp"
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
        desk_(settings_.threads),
        admission_(settings_.max_connections, settings_.max_per_uid),
        acceptor_(loop_, stream_protocol(), socket.release()),
        pause_(loop_) {
    accept();
    // One more than may work on logins: the time limits are kept when all of those are busy.
    crew_.start(settings_.threads + 1);
  }

  ~Loop() { stop(0ms); }

  void stop(std::chrono::milliseconds patience) {
    const std::lock_guard one_at_a_time(stopping_);
    if (std::exchange(stopped_, true)) return;
    close_door();
    for_each([](Connection& connection) { connection.ask_to_end(); });
    {
      std::unique_lock lock(mutex_);
      emptied_.wait_for(lock, patience, [this] { return present_.empty(); });
    }
    for_each([](Connection& connection) { connection.ask_to_close(); });
    alive_.reset();
    crew_.join();
    file_.reset();
  }

  std::size_t connections() const noexcept { return connections_; }

 private:
  using Code = boost::system::error_code;

  /// One at a time: the handler asks for the next.
  void accept() {
    const std::lock_guard lock(mutex_);
    if (!acceptor_.is_open()) return;
    acceptor_.async_accept(asio::make_strand(loop_),
                           [this](const Code& error, Connection::Socket socket) {
                             if (error == asio::error::operation_aborted) return;
                             if (error) return accept_later(error);
                             const auto connection = welcome(std::move(socket));
                             accept();
                             if (connection) connection->begin();
                           });
  }

  /// Out of descriptors or memory: the connection stays in the kernel's queue, and asking again at
  /// once would only spin.
  void accept_later(const Code& error) {
    log(LogLevel::error, "cannot accept a connection", {{"error", error.message()}});
    const std::lock_guard lock(mutex_);
    if (!acceptor_.is_open()) return;
    pause_.expires_after(100ms);
    pause_.async_wait([this](const Code& stopped) {
      if (!stopped) accept();
    });
  }

  std::shared_ptr<Connection> welcome(Connection::Socket socket) {
    const Result<Peer> peer = peer_of(socket.native_handle());
    if (!peer) return nullptr;
    const std::lock_guard lock(mutex_);
    if (!acceptor_.is_open()) return nullptr;
    if (!admission_.admit(peer->uid)) {
      turned_away(*peer);
      return nullptr;
    }
    auto connection = std::make_shared<Connection>(
        crew_, desk_, crowd_, needs_, std::move(socket), *peer,
        [this](const std::shared_ptr<Connection>& ended) { goodbye(ended); });
    present_.insert(connection);
    connections_ = present_.size();
    return connection;
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
    const std::lock_guard lock(mutex_);
    if (present_.erase(connection) == 0) return;
    admission_.leave(connection->uid());
    connections_ = present_.size();
    if (present_.empty()) emptied_.notify_all();
  }

  void close_door() {
    const std::lock_guard lock(mutex_);
    Code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
  }

  template <class F>
  void for_each(F&& each) {
    const std::lock_guard lock(mutex_);
    for (const std::shared_ptr<Connection>& connection : present_) each(*connection);
  }

  const Settings settings_;
  const Authority authority_;
  const DialogueNeeds needs_;
  std::optional<SocketFile> file_;

  asio::io_context loop_{1};
  asio::executor_work_guard<asio::io_context::executor_type> alive_ = asio::make_work_guard(loop_);
  Crew crew_{loop_};
  Desk desk_;
  Crowd crowd_;

  std::mutex mutex_;  ///< of all that follows, but for connections_
  Admission admission_;
  std::set<std::shared_ptr<Connection>> present_;
  std::size_t turned_away_ = 0;
  std::chrono::steady_clock::time_point last_complaint_;
  stream_protocol::acceptor acceptor_;
  asio::steady_timer pause_;
  std::condition_variable emptied_;
  std::atomic<std::size_t> connections_ = 0;

  std::mutex stopping_;
  bool stopped_ = false;
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
