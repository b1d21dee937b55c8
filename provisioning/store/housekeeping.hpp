#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/sql/connection.hpp"

namespace portal {

/// Deletes what is too old to be needed, table by table, each in a transaction of its own so that
/// nobody waits for long (requirement J5).
Result<void> forget_old_rows(sql::Connection& connection, UtcTime now);

}  // namespace portal
