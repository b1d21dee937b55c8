#pragma once

#include <chrono>
#include <memory>

#include "store/sql/connection.hpp"
#include "store/sql/postgresql_url.hpp"

namespace portal::sql {

/// Connects to a PostgreSQL server (15 is the tested one). Beside Connection's promises:
///
/// A transaction for writing begins with one lock of the whole database (an advisory one, freed
/// with the transaction): writers of all processes go one after the other, as SQLite's do. Why not
/// finer: the domain's port says that no other writer interleaves, and its rules lean on it (count,
/// then insert: throttles and budgets; the audit log's number and hash of the record before).
/// Nearly every write appends to that log, so that finer locks would meet there anyhow, and could
/// meet crosswise: with one lock taken first there is no deadlock, no serialisation failure and
/// nothing to try again, also with several works in one transaction. What it costs is given back by
/// committing those together (GroupCommit). Each statement after the lock sees all that was
/// committed before it (read committed, whose view is taken by statement).
///
/// A transaction for reading is one view (repeatable read, read only) and waits for nobody.
///
/// Who waits for the lock gives up after `patience`. A process that stops in the middle of a
/// transaction loses it after ten seconds, so that the others go on.
Result<std::unique_ptr<Connection>> open_postgresql(const PostgresqlUrl& url,
                                                    Connection::Access access,
                                                    std::chrono::milliseconds patience);

}  // namespace portal::sql
