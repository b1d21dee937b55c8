#include "store/sql/connection.hpp"

#include "store/sql/postgresql_connection.hpp"
#include "store/sql/sqlite_connection.hpp"

namespace portal::sql {

Result<std::unique_ptr<Connection>> Connection::open(const Location& location, Access access,
                                                     std::chrono::milliseconds patience) {
  if (const PostgresqlUrl* server = location.server()) {
    return open_postgresql(*server, access, patience);
  }
  return open_sqlite(location.file(), access, patience);
}

}  // namespace portal::sql
