#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string_view>
#include <utility>
#include <variant>

#include "base/result.hpp"
#include "store/sql/postgresql_url.hpp"

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
  /// "sqlite:///absolute/path", or PostgreSQL's as PostgresqlUrl has it. Fails: malformed, denied.
  static Result<Location> parse(std::string_view url);

  /// Null for a file.
  const PostgresqlUrl* server() const noexcept { return std::get_if<PostgresqlUrl>(&place_); }
  /// Not for a server.
  const std::filesystem::path& file() const { return std::get<std::filesystem::path>(place_); }
  /// Makes the file, mode 0600, and its folder, mode 0700, where they are missing. A server's
  /// database is never made.
  /// Fails: denied (group or others may use the file), unavailable.
  Result<void> prepare() const;
  /// The same always for a server. Fails: unavailable (it is not there: a store is never made anew
  /// behind a running daemon).
  Result<FileIdentity> identity() const;

 private:
  using Place = std::variant<std::filesystem::path, PostgresqlUrl>;

  explicit Location(Place place) : place_(std::move(place)) {}

  Place place_;
};

}  // namespace portal::sql
