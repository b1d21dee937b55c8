#pragma once

#include "base/result.hpp"
#include "store/sql/connection.hpp"

namespace portal::sql {

/// What an extended result code of SQLite means to the domain, in SQLite's words for the code: they
/// hold no value that was bound (requirement J4).
Error error_of(int code, Connection::Access access);

/// Whether a new connection may do better after this code.
bool spoils_connection(int code) noexcept;

}  // namespace portal::sql
