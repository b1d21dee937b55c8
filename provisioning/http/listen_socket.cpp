#include "http/listen_socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace portal::http {
namespace {

constexpr int backlog = 4'096;  // the kernel caps it at net.core.somaxconn

tl::unexpected<Error> system_failure(Errc code, const std::string& what) {
  return fail(code, what + ": " + std::generic_category().message(errno));
}

FileDescriptor new_socket(int family) {
  return FileDescriptor(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

/// An address of either family and its length.
struct Bindable {
  sockaddr_storage storage{};
  socklen_t length = 0;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

Result<Bindable> bindable(const std::string& address, unsigned short port) {
  Bindable result;
  auto* const v4 = reinterpret_cast<sockaddr_in*>(&result.storage);
  if (::inet_pton(AF_INET, address.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    result.length = sizeof *v4;
    return result;
  }
  auto* const v6 = reinterpret_cast<sockaddr_in6*>(&result.storage);
  if (::inet_pton(AF_INET6, address.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    result.length = sizeof *v6;
    return result;
  }
  return fail(Errc::malformed, "not an IP address to listen on: " + address);
}

Result<sockaddr_un> unix_address(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string& text = path.native();
  if (text.empty() || text.size() >= sizeof address.sun_path)
    return fail(Errc::malformed, "a socket's path is empty or longer than 107 bytes: " + text);
  std::memcpy(address.sun_path, text.data(), text.size());
  return address;
}

const sockaddr* generic(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

/// Clears the way for a new socket.
Result<void> remove_stale(const std::filesystem::path& path, const sockaddr_un& address) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return {};
    return system_failure(Errc::unavailable, path.native());
  }
  if (!S_ISSOCK(status.st_mode)) return fail(Errc::conflict, path.native() + " is not a socket");
  const FileDescriptor probe = new_socket(AF_UNIX);
  if (!probe) return system_failure(Errc::unavailable, "socket");
  // Only "connection refused" proves that nobody listens; a full backlog answers EAGAIN.
  if (::connect(probe.get(), generic(address), sizeof address) == 0 || errno != ECONNREFUSED)
    return fail(Errc::conflict, "somebody listens on " + path.native());
  if (::unlink(path.c_str()) != 0 && errno != ENOENT)
    return system_failure(Errc::unavailable, "cannot remove " + path.native());
  return {};
}

}  // namespace

Result<FileDescriptor> listen_on_address(const std::string& address, unsigned short port) {
  const Result<Bindable> target = bindable(address, port);
  if (!target) return fail(target.error());
  FileDescriptor socket = new_socket(target->storage.ss_family);
  const int on = 1;
  if (!socket || ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      ::bind(socket.get(), target->get(), target->length) != 0 ||
      ::listen(socket.get(), backlog) != 0)
    return system_failure(Errc::unavailable,
                          "cannot listen on " + address + " port " + std::to_string(port));
  return socket;
}

unsigned short port_of(const FileDescriptor& socket) {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&storage), &length) != 0) return 0;
  if (storage.ss_family == AF_INET6)
    return ntohs(reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_port);
  return ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
}

Result<ListeningPath> ListeningPath::open(const std::filesystem::path& path, unsigned mode) {
  const Result<sockaddr_un> address = unix_address(path);
  if (!address) return fail(address.error());
  if (const Result<void> clear = remove_stale(path, *address); !clear) return fail(clear.error());
  FileDescriptor socket = new_socket(AF_UNIX);
  // On Linux the file is created with the socket's own mode less the umask, so it is never wider
  // than `mode`; chmod then gives back what the umask took. Before listen() a connect is refused.
  if (!socket || ::fchmod(socket.get(), mode) != 0 ||
      ::bind(socket.get(), generic(*address), sizeof *address) != 0)
    return system_failure(Errc::unavailable, "cannot bind " + path.native());
  ListeningPath listening(std::move(socket), path);
  if (::chmod(path.c_str(), mode) != 0 || ::listen(listening.socket_.get(), backlog) != 0)
    return system_failure(Errc::unavailable, "cannot listen on " + path.native());
  return listening;
}

ListeningPath::ListeningPath(FileDescriptor socket, std::filesystem::path path)
    : socket_(std::move(socket)), path_(std::move(path)) {
  struct stat status {};
  if (::lstat(path_.c_str(), &status) == 0) {
    device_ = status.st_dev;
    inode_ = status.st_ino;
  }
}

ListeningPath::ListeningPath(ListeningPath&& other) noexcept
    : socket_(std::move(other.socket_)),
      path_(std::move(other.path_)),
      device_(other.device_),
      inode_(other.inode_) {
  other.path_.clear();
}

ListeningPath::~ListeningPath() {
  if (path_.empty()) return;
  struct stat status {};
  const bool ours =
      ::lstat(path_.c_str(), &status) == 0 && status.st_dev == device_ && status.st_ino == inode_;
  if (ours) (void)::unlink(path_.c_str());
}

}  // namespace portal::http
