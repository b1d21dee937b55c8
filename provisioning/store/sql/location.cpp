#include "store/sql/location.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "base/file.hpp"

namespace portal::sql {
namespace {

tl::unexpected<Error> unavailable(const std::filesystem::path& path, int error) {
  return fail(Errc::unavailable, "store: " + path.string() + ": " + std::strerror(error));
}

}  // namespace

Result<Location> Location::parse(std::string_view url) {
  if (PostgresqlUrl::is_meant_by(url)) {
    Result<PostgresqlUrl> server = PostgresqlUrl::parse(url);
    if (!server) return fail(std::move(server).error());
    return Location(std::move(*server));
  }
  constexpr std::string_view scheme = "sqlite://";
  const std::string_view path = url.substr(std::min(scheme.size(), url.size()));
  // SOCI's connection text has no escape for a quote.
  if (!url.starts_with(scheme) || !path.starts_with('/') || path.ends_with('/') ||
      path.find_first_of(std::string_view("\"\0", 2)) != std::string_view::npos) {
    return fail(Errc::malformed,
                "store: the URL must be sqlite:///absolute/path/of/the/file or "
                "postgresql://...");
  }
  return Location(std::filesystem::path(path).lexically_normal());
}

Result<void> Location::prepare() const {
  if (server() != nullptr) return {};
  const std::filesystem::path folder = file().parent_path();
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return unavailable(folder, errno);
  const FileDescriptor fd(
      ::open(file().c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW, 0600));
  if (!fd) return unavailable(file(), errno);
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return unavailable(file(), errno);
  if (!S_ISREG(info.st_mode) || (info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return fail(Errc::denied, "store: " + file().string() +
                                  " must be a regular file that nobody else may use: chmod 600");
  }
  return {};
}

Result<FileIdentity> Location::identity() const {
  if (server() != nullptr) return FileIdentity{};
  struct stat info {};
  if (::stat(file().c_str(), &info) != 0) return unavailable(file(), errno);
  return FileIdentity{info.st_dev, info.st_ino};
}

}  // namespace portal::sql
