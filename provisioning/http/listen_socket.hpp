#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

#include "base/file.hpp"
#include "base/result.hpp"

namespace portal::http {

/// A non-blocking TCP socket that listens on an IP address; port 0 takes a free one.
/// Fails: malformed (no IP address), unavailable (cannot bind).
Result<FileDescriptor> listen_on_address(const std::string& address, unsigned short port);

/// The port a TCP socket is bound to.
unsigned short port_of(const FileDescriptor& socket);

/// A Unix socket that listens at a path; the path is removed at the end, if it is still ours.
class ListeningPath {
 public:
  /// A socket that nobody listens on is replaced; anything else at the path is left alone. Nobody
  /// can connect before the mode is set.
  /// Fails: malformed (path too long), conflict (somebody listens, or it is not a socket),
  /// unavailable.
  static Result<ListeningPath> open(const std::filesystem::path& path, unsigned mode);

  ListeningPath(ListeningPath&& other) noexcept;
  ListeningPath& operator=(ListeningPath&&) = delete;
  ~ListeningPath();

  FileDescriptor& socket() { return socket_; }

 private:
  ListeningPath(FileDescriptor socket, std::filesystem::path path);

  FileDescriptor socket_;
  std::filesystem::path path_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace portal::http
