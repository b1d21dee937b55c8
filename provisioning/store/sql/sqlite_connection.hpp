#pragma once

#include <chrono>
#include <filesystem>
#include <memory>

#include "store/sql/connection.hpp"

namespace portal::sql {

/// Connects to an existing SQLite file and makes the settings that the store relies on: WAL,
/// full synchronisation, foreign keys, deleted content overwritten.
Result<std::unique_ptr<Connection>> open_sqlite(const std::filesystem::path& file,
                                                Connection::Access access,
                                                std::chrono::milliseconds patience);

}  // namespace portal::sql
