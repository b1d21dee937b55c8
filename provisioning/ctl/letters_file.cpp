#include "ctl/letters_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "base/secret.hpp"
#include "ctl/csv_writer.hpp"

namespace portal::ctl {
namespace {

tl::unexpected<Error> os_failure(int error) {
  return fail(error == EEXIST ? Errc::conflict : Errc::unavailable, std::strerror(error));
}

/// 0, or why not all was written.
int write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t wrote = ::write(file, text.data(), text.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return 0;
}

}  // namespace

Result<LettersFile> LettersFile::create(std::filesystem::path path,
                                        const std::vector<std::string>& head) {
  FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file) return os_failure(errno);
  LettersFile letters(std::move(path), std::move(file));
  if (Result<void> written = letters.add(head); !written) {
    letters.discard();
    return fail(written.error());
  }
  return letters;
}

Result<void> LettersFile::add(const std::vector<std::string>& cells) {
  std::string line = csv_line(cells);
  const int error = write_all(file_.get(), line);
  if (error == 0) length_ += static_cast<off_t>(line.size());
  wipe(line);
  if (error == 0) return {};
  // Half a line would be half a code in a letter.
  if (::ftruncate(file_.get(), length_) != 0) return os_failure(errno);
  return os_failure(error);
}

Result<void> LettersFile::finish() {
  if (::fsync(file_.get()) != 0) return os_failure(errno);
  return {};
}

void LettersFile::discard() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

}  // namespace portal::ctl
