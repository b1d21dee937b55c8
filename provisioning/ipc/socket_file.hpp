#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <utility>

#include "base/file.hpp"
#include "base/result.hpp"

namespace portal::ipc {

/// The file that stands for a listening Unix socket; removed at its end, unless somebody else's has
/// taken its place.
class SocketFile {
 public:
  /// Makes the socket of mode `mode`, and its directory (0755) if it is not there. What a dead
  /// server left behind is replaced.
  /// Fails: conflict (a live server listens there, or the path is something else than a socket),
  /// denied (others may write in the directory, and so put their own socket there), malformed (the
  /// path is too long or not absolute), unavailable.
  static Result<SocketFile> make(const std::filesystem::path& path, mode_t mode);

  SocketFile(SocketFile&&) noexcept = default;
  SocketFile& operator=(SocketFile&&) = delete;
  ~SocketFile();

  /// Gives the listening socket away: non-blocking, closed on exec.
  FileDescriptor take_socket() noexcept { return std::move(socket_); }

 private:
  SocketFile(FileDescriptor socket, FileDescriptor lock, std::filesystem::path path);

  FileDescriptor socket_;
  FileDescriptor lock_;  ///< held as long as the server lives
  std::filesystem::path path_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace portal::ipc
