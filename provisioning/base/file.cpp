#include "base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "base/random.hpp"

namespace portal {
namespace {

constexpr std::size_t kSecretLimit = 4096;

Error from_errno(const std::filesystem::path& file, int error) {
  const Errc code = error == ENOENT   ? Errc::not_found
                    : error == EEXIST ? Errc::conflict
                                      : Errc::unavailable;
  return Error{code, file.string() + ": " + std::strerror(error)};
}

Result<FileDescriptor> open_for_reading(const std::filesystem::path& file) {
  FileDescriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!fd) return fail(from_errno(file, errno));
  return fd;
}

struct Owner {
  uid_t user;
  gid_t group;
};

Result<void> write_new(const std::filesystem::path& file, std::string_view content,
                       std::optional<Owner> owner) {
  const FileDescriptor fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd) return fail(from_errno(file, errno));
  // Before it holds anything.
  if (owner && ::fchown(fd.get(), owner->user, owner->group) != 0)
    return fail(from_errno(file, errno));
  while (!content.empty()) {
    const ssize_t wrote = ::write(fd.get(), content.data(), content.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return fail(from_errno(file, errno));
    content.remove_prefix(static_cast<std::size_t>(wrote));
  }
  if (::fsync(fd.get()) != 0) return fail(from_errno(file, errno));
  return {};
}

/// Reads to the end into `buffer`; one byte more than the limit proves that it is too large.
Result<std::size_t> read_all(const FileDescriptor& fd, const std::filesystem::path& file,
                             std::span<std::byte> buffer) {
  std::size_t length = 0;
  while (length < buffer.size()) {
    const ssize_t got = ::read(fd.get(), buffer.data() + length, buffer.size() - length);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(from_errno(file, errno));
    if (got == 0) return length;
    length += static_cast<std::size_t>(got);
  }
  return fail(Errc::malformed, file.string() + " is too large");
}

}  // namespace

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = other.release();
  }
  return *this;
}

int FileDescriptor::release() noexcept { return std::exchange(fd_, -1); }

void FileDescriptor::close() noexcept {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Result<std::string> read_text_file(const std::filesystem::path& file, std::size_t limit) {
  Result<FileDescriptor> fd = open_for_reading(file);
  if (!fd) return fail(std::move(fd).error());
  std::string text(limit + 1, '\0');
  const Result<std::size_t> length = read_all(*fd, file, std::as_writable_bytes(std::span(text)));
  if (!length) return fail(length.error());
  text.resize(*length);
  return text;
}

Result<Secret> read_secret_file(const std::filesystem::path& file) {
  Result<FileDescriptor> fd = open_for_reading(file);
  if (!fd) return fail(std::move(fd).error());
  struct stat info {};
  if (::fstat(fd->get(), &info) != 0) return fail(from_errno(file, errno));
  if (!S_ISREG(info.st_mode)) return fail(Errc::denied, file.string() + " is not a regular file");
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return fail(Errc::denied,
                file.string() + " can be used by group or others; make it private: chmod 600");
  }
  Secret buffer = Secret::of_size(kSecretLimit + 1);
  const Result<std::size_t> length = read_all(*fd, file, buffer.writable());
  if (!length) return fail(length.error());
  std::string_view text = buffer.reveal().substr(0, *length);
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.empty()) return fail(Errc::malformed, file.string() + " is empty");
  return Secret(text);
}

Result<void> create_private_file(const std::filesystem::path& file, std::string_view content) {
  return write_new(file, content, std::nullopt);
}

Result<void> replace_private_file(const std::filesystem::path& file, std::string_view content) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0) return fail(from_errno(file, errno));
  const std::filesystem::path fresh = file.string() + ".new-" + random_identifier();
  Result<void> done = write_new(fresh, content, Owner{info.st_uid, info.st_gid});
  if (done && ::rename(fresh.c_str(), file.c_str()) != 0) done = fail(from_errno(file, errno));
  if (!done) {
    ::unlink(fresh.c_str());
    return done;
  }
  const std::filesystem::path folder = file.parent_path();
  const FileDescriptor fd(
      ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return fail(from_errno(folder, errno));
  return {};
}

}  // namespace portal
