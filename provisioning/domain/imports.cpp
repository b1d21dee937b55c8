#include "domain/imports.hpp"

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

#include "domain/administration_acts.hpp"
#include "domain/audit_trail.hpp"
#include "domain/ports/store.hpp"

namespace portal {
namespace {

/// In one transaction: some milliseconds, which is what a login may have to wait.
constexpr std::size_t kAddedAtOnce = 125;
constexpr int kSettledAtOnce = 250;
constexpr int kForgottenAtOnce = 250;

std::string counted(std::int64_t rows) { return std::to_string(rows) + " rows"; }

}  // namespace

ImportService::ImportService(Store& store, const Clock& clock, RegistrationSettings settings)
    : store_(store), clock_(clock), settings_(std::move(settings)) {}

/// The import, if it is this administrator's and has not ended.
Result<Import> ImportService::mine(Transaction& transaction, const ImportId& id,
                                   const Administrator& by) const {
  Result<Import> found = transaction.imports().get(id);
  const bool is_there = found && found->owner == by.name && found->state != ImportState::abandoned;
  if (!found && found.error().code != Errc::not_found) return found;
  const bool has_ended =
      is_there && found->state == ImportState::open && clock_.now() - found->touched > kLifetime;
  if (is_there && !has_ended) return found;
  return fail(Errc::not_found,
              "there is no import with this id; it ends an hour after its last rows");
}

Result<ImportId> ImportService::open(const Administrator& by) {
  const UtcTime now = clock_.now();
  return in_write<ImportId>(
      store_, "import.open", [&](Transaction& transaction) -> Result<ImportId> {
        const auto open = transaction.imports().open_ones();
        if (!open) return fail(open.error());
        if (open->size() >= kOpenAtMost) {
          const Import& idlest = open->front();
          if (now - idlest.touched < kIdle) {
            return fail(Errc::rate_limited,
                        "too many imports are open; commit or abandon one first");
          }
          auto gone = transaction.imports().abandon(idlest.id);
          if (!gone) return fail(std::move(gone).error());
        }
        ImportId id = ImportId::random();
        auto opened = transaction.imports().open(id, by.name, now);
        if (!opened) return fail(std::move(opened).error());
        return id;
      });
}

/// Several transactions: a chunk that is cut off between them is sent again, and half of it is new.
Result<RowsAdded> ImportService::add(const ImportId& id, std::span<const ImportRow> rows,
                                     bool faulty, const Administrator& by) {
  RowsAdded all;
  do {
    const auto next = rows.first(std::min(rows.size(), kAddedAtOnce));
    rows = rows.subspan(next.size());
    Result<RowsAdded> added = add_some(id, next, faulty, by);
    if (!added) return added;
    all.rows_in_all = added->rows_in_all;
    all.clashes.insert(all.clashes.end(), added->clashes.begin(), added->clashes.end());
  } while (!rows.empty());
  return all;
}

Result<RowsAdded> ImportService::add_some(const ImportId& id, std::span<const ImportRow> rows,
                                          bool faulty, const Administrator& by) {
  const UtcTime now = clock_.now();
  std::vector<SealedRow> sealed;
  auto sealing = store_.read([&](Transaction& transaction) -> Result<void> {
    sealed = transaction.imports().seal(rows, now);
    return {};
  });
  if (!sealing) return fail(std::move(sealing).error());
  auto added = in_write<RowsAdded>(
      store_, "import.rows", [&](Transaction& transaction) -> Result<RowsAdded> {
        const Result<Import> import = mine(transaction, id, by);
        if (!import) return fail(import.error());
        if (import->state != ImportState::open)
          return fail(Errc::conflict, "this import was committed and takes no more rows");
        Result<RowsAdded> taken = transaction.imports().add(id, sealed, now);
        if (!taken) return taken;
        if (faulty || taken->rows_in_all > kRowsAtMost) {
          auto spoilt = transaction.imports().spoil(id, now);
          if (!spoilt) return fail(std::move(spoilt).error());
        }
        return taken;
      });
  if (added && added->rows_in_all > kRowsAtMost) {
    return fail(Errc::conflict,
                "an import takes at most " + counted(kRowsAtMost) + "; import the file in parts");
  }
  return added;
}

Result<Import> ImportService::commit(const ImportId& id, std::int64_t expected,
                                     const Administrator& by) {
  const UtcTime now = clock_.now();
  return in_write<Import>(store_, "import.commit", [&](Transaction& transaction) -> Result<Import> {
    Result<Import> import = mine(transaction, id, by);
    if (!import) return import;
    if (import->spoilt) {
      return fail(Errc::conflict, "rows of this import were refused; abandon it and begin again");
    }
    if (import->rows != expected) {
      return fail(Errc::conflict, "this import holds " + counted(import->rows) + ", not " +
                                      std::to_string(expected));
    }
    if (import->state != ImportState::open) return import;
    auto done = transaction.imports().commit(id, now, now + settings_.letter_lifetime);
    if (!done) return fail(std::move(done).error());
    AuditEvent event = act_of(by, now, "people.imported", "");
    event.reason = "import " + id.text() + ", " + counted(import->rows);
    if (auto told = transaction.audit().append(event); !told) return fail(told.error());
    return transaction.imports().get(id);
  });
}

Result<Import> ImportService::show(const ImportId& id, const Administrator& by) {
  return in_read<Import>(store_,
                         [&](Transaction& transaction) { return mine(transaction, id, by); });
}

Result<void> ImportService::abandon(const ImportId& id, const Administrator& by) {
  return store_.write("import.abandon", [&](Transaction& transaction) -> Result<void> {
    const Result<Import> import = mine(transaction, id, by);
    if (!import) return fail(import.error());
    if (import->state != ImportState::open)
      return fail(Errc::conflict, "this import was committed: its rows are in force");
    return transaction.imports().abandon(id);
  });
}

Result<bool> ImportService::has_work() {
  const UtcTime untouched_since = clock_.now() - kLifetime;
  return in_read<bool>(store_, [&](Transaction& transaction) {
    return transaction.imports().has_work(untouched_since);
  });
}

/// One short transaction of what is to do.
Result<void> ImportService::work_a_little() {
  const UtcTime untouched_since = clock_.now() - kLifetime;
  return store_.write("import.work", [&](Transaction& transaction) -> Result<void> {
    Imports& imports = transaction.imports();
    const auto settled = imports.settle(kSettledAtOnce);
    if (!settled || *settled > 0) return settled ? Result<void>() : fail(settled.error());
    const auto open = imports.open_ones();
    if (!open) return fail(open.error());
    for (const Import& import : *open) {
      if (import.touched >= untouched_since) continue;
      if (auto gone = imports.abandon(import.id); !gone) return gone;
    }
    const auto forgotten = imports.forget(kForgottenAtOnce);
    return forgotten ? Result<void>() : fail(forgotten.error());
  });
}

Result<bool> ImportService::work(std::chrono::milliseconds budget) {
  using Steady = std::chrono::steady_clock;
  const auto end = Steady::now() + budget;
  while (true) {
    // One thread at a time, its pause included: two would leave the store to nobody.
    const std::unique_lock lock(working_, end);
    if (!lock) return true;
    const Result<bool> more = has_work();
    if (!more || !*more) return more;
    const auto begun = Steady::now();
    if (begun >= end) return true;
    if (auto done = work_a_little(); !done) return fail(std::move(done).error());
    std::this_thread::sleep_for(Steady::now() - begun);
  }
}

}  // namespace portal
