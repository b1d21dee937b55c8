#include "ipc/socket_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

namespace portal::ipc {

namespace {

tl::unexpected<Error> fail_with_errno(Errc code, const std::filesystem::path& path) {
  return fail(code, path.string() + ": " + std::strerror(errno));
}

Result<sockaddr_un> address_of(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string& text = path.native();
  if (!path.is_absolute() || text.size() >= sizeof address.sun_path)
    return fail(Errc::malformed, "the socket's path is not absolute or too long: " + text);
  std::memcpy(address.sun_path, text.c_str(), text.size());
  return address;
}

Result<void> prepare_directory(const std::filesystem::path& directory) {
  if (::mkdir(directory.c_str(), 0755) != 0 && errno != EEXIST)
    return fail_with_errno(Errc::unavailable, directory);
  struct stat info {};
  if (::stat(directory.c_str(), &info) != 0) return fail_with_errno(Errc::unavailable, directory);
  const bool ours = info.st_uid == 0 || info.st_uid == ::geteuid();
  if (!S_ISDIR(info.st_mode) || !ours || (info.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return fail(Errc::denied, directory.string() + ": others may write in the socket's directory");
  return {};
}

/// Two servers that start at once must not both take the path of a dead one. The lock's file stays:
/// removing it would let a third one lock another file of the same name.
Result<FileDescriptor> lock_beside(const std::filesystem::path& path) {
  const std::filesystem::path file = path.string() + ".lock";
  FileDescriptor lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock) return fail_with_errno(Errc::unavailable, file);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
    return fail(Errc::conflict, path.string() + ": another server listens there");
  return lock;
}

FileDescriptor new_socket() {
  return FileDescriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

/// Removes what a dead server left; a live one, of whatever program, answers a connect.
Result<void> remove_stale(const std::filesystem::path& path, const sockaddr_un& address) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) {
    if (errno == ENOENT) return {};
    return fail_with_errno(Errc::unavailable, path);
  }
  if (!S_ISSOCK(info.st_mode)) return fail(Errc::conflict, path.string() + ": not a socket");
  const FileDescriptor probe = new_socket();
  if (!probe) return fail_with_errno(Errc::unavailable, path);
  const int answered =
      ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  if (answered == 0 || errno != ECONNREFUSED)
    return fail(Errc::conflict, path.string() + ": another server listens there");
  if (::unlink(path.c_str()) != 0) return fail_with_errno(Errc::unavailable, path);
  return {};
}

Result<FileDescriptor> listen_at(const std::filesystem::path& path, const sockaddr_un& address,
                                 mode_t mode) {
  FileDescriptor socket = new_socket();
  if (!socket) return fail_with_errno(Errc::unavailable, path);
  // The mode is set before anybody is listened to.
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::chmod(path.c_str(), mode) != 0 || ::listen(socket.get(), SOMAXCONN) != 0)
    return fail_with_errno(Errc::unavailable, path);
  return socket;
}

}  // namespace

Result<SocketFile> SocketFile::make(const std::filesystem::path& path, mode_t mode) {
  const Result<sockaddr_un> address = address_of(path);
  if (!address) return fail(address.error());
  if (Result<void> ready = prepare_directory(path.parent_path()); !ready)
    return fail(std::move(ready).error());
  Result<FileDescriptor> lock = lock_beside(path);
  if (!lock) return fail(std::move(lock).error());
  if (Result<void> free = remove_stale(path, *address); !free) return fail(std::move(free).error());
  Result<FileDescriptor> socket = listen_at(path, *address, mode);
  if (!socket) return fail(std::move(socket).error());
  return SocketFile(std::move(*socket), std::move(*lock), path);
}

SocketFile::SocketFile(FileDescriptor socket, FileDescriptor lock, std::filesystem::path path)
    : socket_(std::move(socket)), lock_(std::move(lock)), path_(std::move(path)) {
  struct stat info {};
  if (::lstat(path_.c_str(), &info) != 0) return;
  device_ = info.st_dev;
  inode_ = info.st_ino;
}

SocketFile::~SocketFile() {
  if (!lock_) return;
  struct stat info {};
  if (::lstat(path_.c_str(), &info) == 0 && info.st_dev == device_ && info.st_ino == inode_)
    ::unlink(path_.c_str());
}

}  // namespace portal::ipc
