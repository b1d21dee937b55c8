#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace portal::sql {

/// A PostgreSQL server and database, from a URL with libpq's names:
/// "postgresql://USER@HOST:PORT/DATABASE?sslmode=verify-full&sslrootcert=FILE". It holds no
/// password: libpq reads that from a file (passfile=FILE, or a service's).
class PostgresqlUrl {
 public:
  /// True for "postgresql:" and "postgres:".
  static bool is_meant_by(std::string_view text) noexcept;
  /// Fails: malformed (no such URL, or a password in it); denied (a server that is neither on this
  /// host nor verified by TLS: what is written to it would be for everybody on the way, requirement
  /// L3). No failure repeats the text: it may hold a password.
  static Result<PostgresqlUrl> parse(std::string_view text);

  /// What libpq connects with: as it was given, and what it was silent about. Only to a server that
  /// takes writes, never to a replica; a server that has gone is noticed after `patience`.
  std::string text_for_libpq(std::chrono::milliseconds patience) const;

 private:
  using Options = std::vector<std::pair<std::string, std::string>>;

  explicit PostgresqlUrl(Options options) : options_(std::move(options)) {}

  Options options_;
};

}  // namespace portal::sql
