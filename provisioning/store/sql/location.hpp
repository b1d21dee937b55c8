#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string_view>

#include "base/result.hpp"

namespace portal::sql {

/// Which file a path leads to at the moment; two different files never compare equal while both
/// exist.
struct FileIdentity {
  dev_t device = 0;
  ino_t number = 0;
  bool operator==(const FileIdentity&) const = default;
};

/// Where the store lives, from its URL.
class Location {
 public:
  /// "sqlite:///absolute/path". Fails: malformed.
  static Result<Location> parse(std::string_view url);

  const std::filesystem::path& file() const noexcept { return file_; }
  /// Makes the file, mode 0600, and its folder, mode 0700, where they are missing.
  /// Fails: denied (group or others may use the file), unavailable.
  Result<void> prepare() const;
  /// Fails: unavailable (it is not there: a store is never made anew behind a running daemon).
  Result<FileIdentity> identity() const;

 private:
  explicit Location(std::filesystem::path file) : file_(std::move(file)) {}

  std::filesystem::path file_;
};

}  // namespace portal::sql
