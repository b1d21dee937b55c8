#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace portal {

/// Owner of a file descriptor; closes it at its end.
class FileDescriptor {
 public:
  FileDescriptor() noexcept = default;
  explicit FileDescriptor(int fd) noexcept : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(other.release()) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() { close(); }

  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }
  int release() noexcept;
  void close() noexcept;

 private:
  int fd_ = -1;
};

/// The whole of a text file of at most `limit` bytes.
/// Fails: not_found, malformed (too large), unavailable.
Result<std::string> read_text_file(const std::filesystem::path& file, std::size_t limit);

/// The content of a file that holds one secret, without its final newline; at most 4,096 bytes.
/// Fails: not_found, malformed (empty, too large), denied (not a regular file, or group or others
/// may read it), unavailable.
Result<Secret> read_secret_file(const std::filesystem::path& file);

/// Writes a new file of mode 0600 and makes it durable. Fails: conflict (exists), unavailable.
Result<void> create_private_file(const std::filesystem::path& file, std::string_view content);

/// Puts a file of mode 0600 in the place of `file`, in one durable step, with the same owner and
/// group: a crash or a failure leaves the one or the other, whole. Fails: not_found, unavailable.
Result<void> replace_private_file(const std::filesystem::path& file, std::string_view content);

}  // namespace portal
