#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <span>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "domain/administration.hpp"
#include "domain/ports/imports.hpp"
#include "domain/settings.hpp"

namespace portal {

class Store;
class Transaction;

/// The fund's import (requirement J6): opened, filled in chunks, committed or abandoned. All rows
/// or none; idempotent: the same rows again change nothing; a row with another code is a new letter
/// (requirement R3). What is open lives in the store, so a restart of the daemon ends nothing. An
/// import belongs to who opened it.
///
/// Every act is one short transaction, so that whoever logs in meanwhile waits for none: the commit
/// puts any number of rows in force at once, and what is left to be written because of it follows a
/// few rows at a time (`work`). Thread-safe; several processes may work on one store.
class ImportService {
 public:
  static constexpr std::int64_t kRowsAtMost = 10'000'000;
  static constexpr std::size_t kOpenAtMost = 4;
  static constexpr std::chrono::hours kLifetime{1};  ///< since the last chunk
  static constexpr std::chrono::minutes kIdle{1};    ///< then it may make room for a new one

  ImportService(Store& store, const Clock& clock, RegistrationSettings settings);

  /// Where too many are open, one that nobody has touched for a while makes room: its client was
  /// interrupted. Fails: rate_limited (all are at work).
  Result<ImportId> open(const Administrator& by);
  /// Takes rows in, those of a chunk that was sent before once more without effect. `faulty`: other
  /// rows of the chunk were refused, so that the import can no more be committed; these are taken
  /// all the same, to tell of clashes with them. Fails: not_found; conflict (it was committed, or
  /// would become too large).
  Result<RowsAdded> add(const ImportId& id, std::span<const ImportRow> rows, bool faulty,
                        const Administrator& by);
  /// Puts the rows in force; once more, it only says how far they are settled. Fails: not_found;
  /// conflict (rows were refused, or `expected` rows are not what has come).
  Result<Import> commit(const ImportId& id, std::int64_t expected, const Administrator& by);
  /// Fails: not_found.
  Result<Import> show(const ImportId& id, const Administrator& by);
  /// Fails: not_found, conflict (it was committed).
  Result<void> abandon(const ImportId& id, const Administrator& by);

  /// Settles rows in force, deletes abandoned ones and abandons what nobody has touched for
  /// kLifetime, for at most so long; true if something is left to do. Leaves the store to others
  /// half of the time.
  Result<bool> work(std::chrono::milliseconds budget);

 private:
  Result<Import> mine(Transaction& transaction, const ImportId& id, const Administrator& by) const;
  Result<RowsAdded> add_some(const ImportId& id, std::span<const ImportRow> rows, bool faulty,
                             const Administrator& by);
  Result<bool> has_work();
  Result<void> work_a_little();

  Store& store_;
  const Clock& clock_;
  const RegistrationSettings settings_;
  std::timed_mutex working_;
};

}  // namespace portal
