#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/sql/connection.hpp"

namespace portal {

/// One step of the schema: `store/migrations/0001_first.sql` is number 1, name "first".
struct Migration {
  int number;
  std::string_view name;
  std::string_view sql;
};

/// Every migration of this program, numbered 1, 2, 3, … (made from store/migrations by CMake).
std::span<const Migration> migrations();

/// The fingerprints of the keys that are held, the newest first.
using Fingerprints = std::span<const std::string>;

/// Proves that a database is ours to use: its schema is not newer than `known`, and each key that
/// it has used is `held` (requirement T7). Gives the number of its last migration, 0 for an empty
/// one, which is anybody's. Changes nothing. Fails: denied, unavailable.
Result<int> prove_ownership(sql::Connection& connection, std::span<const Migration> known,
                            Fingerprints held);

/// Applies what is missing of `known`, each in a transaction of its own, and notes the newest key
/// in a new store. Several processes may do so at once. Fails as `prove_ownership`, and internal.
Result<void> migrate(sql::Connection& connection, std::span<const Migration> known,
                     Fingerprints held, UtcTime now);

}  // namespace portal
