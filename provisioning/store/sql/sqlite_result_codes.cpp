#include "store/sql/sqlite_result_codes.hpp"

#include <sqlite3.h>

#include <string>

namespace portal::sql {
namespace {

/// The low byte of an extended code is the code that it refines.
constexpr int primary(int code) { return code & 0xff; }

Errc meaning_of(int code, Connection::Access access) {
  if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY) {
    return Errc::conflict;
  }
  switch (primary(code)) {
    case SQLITE_READONLY:
      // Who only reads was told not to write: then it is our mistake, not the disk's.
      return access == Connection::Access::read ? Errc::internal : Errc::unavailable;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
    case SQLITE_IOERR:
    case SQLITE_CORRUPT:
    case SQLITE_FULL:
    case SQLITE_CANTOPEN:
    case SQLITE_PROTOCOL:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_NOTADB: return Errc::unavailable;
    default: return Errc::internal;
  }
}

}  // namespace

Error error_of(int code, Connection::Access access) {
  return Error{meaning_of(code, access), "store: " + std::string(::sqlite3_errstr(code)) +
                                             " (SQLite " + std::to_string(code) + ")"};
}

bool spoils_connection(int code) noexcept {
  switch (primary(code)) {
    case SQLITE_IOERR:
    case SQLITE_CORRUPT:
    case SQLITE_CANTOPEN:
    case SQLITE_NOTADB:
    case SQLITE_READONLY:
    case SQLITE_PROTOCOL: return true;
    default: return false;
  }
}

}  // namespace portal::sql
