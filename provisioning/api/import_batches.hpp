#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "api/person_rows.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace portal::api {

/// The rows of one import that is open: what its chunks brought, and what they must agree on.
class ImportBatch {
 public:
  ImportBatch(std::string owner, UtcTime now) : owner_(std::move(owner)), touched_(now) {}

  const std::string& owner() const noexcept { return owner_; }
  UtcTime touched() const noexcept { return touched_; }
  std::size_t size() const noexcept { return rows_.size(); }
  /// A chunk had faults: the batch can no more be committed (all or nothing).
  bool spoilt() const noexcept { return spoilt_; }
  const std::vector<PersonRow>& rows() const noexcept { return rows_; }

  void touch(UtcTime now) { touched_ = now; }
  void spoil() { spoilt_ = true; }
  /// Takes rows in. A person and portal that come twice, and rows of one person that contradict
  /// each other, are faults.
  Faults add(std::vector<NumberedRow> rows);

 private:
  struct Seen {
    std::int64_t line = 0;
    std::size_t row = 0;
    std::map<std::string, std::int64_t> portals;  ///< portal id → line
  };

  std::string owner_;
  UtcTime touched_;
  bool spoilt_ = false;
  std::vector<PersonRow> rows_;
  std::map<std::string, Seen> people_;  ///< by AHV number
};

/// The imports that are open: opened, filled in chunks, committed or abandoned. Held in memory and
/// bounded; a restart of the daemon abandons them. A batch belongs to who opened it. Thread-safe.
class ImportBatches {
 public:
  static constexpr std::size_t kRowsPerBatch = 20'000;
  static constexpr std::size_t kOpenBatches = 4;
  static constexpr std::chrono::hours kLifetime{1};  ///< since the last chunk
  static constexpr std::chrono::minutes kIdle{1};    ///< then it may make room for a new one

  struct Added {
    std::size_t rows_in_all = 0;
    Faults faults;
  };

  explicit ImportBatches(const Clock& clock) : clock_(clock) {}

  /// Where too many are open, one that nobody has touched for a while makes room: its client was
  /// interrupted. Fails: rate_limited (all are at work).
  Result<std::string> open(const std::string& owner);
  /// Fails: not_found, conflict (the batch would become too large).
  Result<Added> add(const std::string& id, const std::string& owner, std::vector<NumberedRow> rows);
  /// Fails: not_found.
  Result<void> spoil(const std::string& id, const std::string& owner);
  /// Hands the batch over for its commit; it is no more open. Fails: not_found; conflict (a chunk
  /// was refused, or `expected` rows are not what has come).
  Result<ImportBatch> take(const std::string& id, const std::string& owner, std::size_t expected);
  /// Opens a taken batch again, after a commit that may work later.
  void give_back(const std::string& id, ImportBatch batch);
  /// Fails: not_found.
  Result<void> abandon(const std::string& id, const std::string& owner);

 private:
  using Batches = std::map<std::string, ImportBatch>;
  Result<Batches::iterator> find(const std::string& id, const std::string& owner);
  void drop_stale();
  bool drop_idlest();

  const Clock& clock_;
  std::mutex mutex_;
  Batches batches_;
};

}  // namespace portal::api
