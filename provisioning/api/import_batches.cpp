#include "api/import_batches.hpp"

#include <algorithm>

#include "base/random.hpp"

namespace portal::api {
namespace {

bool same_person(const PersonRow& one, const PersonRow& other) {
  return one.born == other.born && one.given_name == other.given_name &&
         one.family_name == other.family_name && one.language == other.language;
}

Fault fault_at(std::int64_t line, const char* field, const std::string& detail) {
  return {std::string("/") + field, detail, line};
}

}  // namespace

Faults ImportBatch::add(std::vector<NumberedRow> rows) {
  Faults faults;
  for (NumberedRow& numbered : rows) {
    PersonRow& row = numbered.row;
    const auto [place, is_new] =
        people_.try_emplace(row.ahv.digits(), Seen{numbered.line, rows_.size(), {}});
    Seen& seen = place->second;
    const auto [portal, is_first] = seen.portals.try_emplace(row.portal.text(), numbered.line);
    if (!is_first) {
      faults.push_back(
          fault_at(numbered.line, "ahv_number",
                   "comes twice for this portal, first at line " + std::to_string(portal->second)));
    }
    if (!is_new && !same_person(rows_[seen.row], row)) {
      faults.push_back(fault_at(
          numbered.line, "ahv_number",
          "has another birth date, name or language at line " + std::to_string(seen.line)));
    }
    rows_.push_back(std::move(row));
  }
  if (!faults.empty()) spoilt_ = true;
  return faults;
}

void ImportBatches::drop_stale() {
  const UtcTime now = clock_.now();
  std::erase_if(batches_,
                [&](const auto& entry) { return now - entry.second.touched() > kLifetime; });
}

bool ImportBatches::drop_idlest() {
  const auto idlest = std::ranges::min_element(
      batches_, {}, [](const auto& entry) { return entry.second.touched(); });
  if (clock_.now() - idlest->second.touched() < kIdle) return false;
  batches_.erase(idlest);
  return true;
}

Result<ImportBatches::Batches::iterator> ImportBatches::find(const std::string& id,
                                                             const std::string& owner) {
  drop_stale();
  const auto found = batches_.find(id);
  if (found == batches_.end() || found->second.owner() != owner) {
    return fail(Errc::not_found, "there is no open import with this id; it ends after an hour");
  }
  found->second.touch(clock_.now());
  return found;
}

Result<std::string> ImportBatches::open(const std::string& owner) {
  const std::scoped_lock lock(mutex_);
  drop_stale();
  if (batches_.size() >= kOpenBatches && !drop_idlest()) {
    return fail(Errc::rate_limited, "too many imports are open; commit or abandon one first");
  }
  std::string id = random_identifier();
  batches_.try_emplace(id, owner, clock_.now());
  return id;
}

Result<ImportBatches::Added> ImportBatches::add(const std::string& id, const std::string& owner,
                                                std::vector<NumberedRow> rows) {
  const std::scoped_lock lock(mutex_);
  auto found = find(id, owner);
  if (!found) return fail(std::move(found).error());
  ImportBatch& batch = (*found)->second;
  if (batch.size() + rows.size() > kRowsPerBatch) {
    batch.spoil();
    return fail(Errc::conflict, "an import takes at most " + std::to_string(kRowsPerBatch) +
                                    " rows; import the file in parts");
  }
  Added added;
  added.faults = batch.add(std::move(rows));
  added.rows_in_all = batch.size();
  return added;
}

Result<void> ImportBatches::spoil(const std::string& id, const std::string& owner) {
  const std::scoped_lock lock(mutex_);
  auto found = find(id, owner);
  if (!found) return fail(std::move(found).error());
  (*found)->second.spoil();
  return {};
}

Result<ImportBatch> ImportBatches::take(const std::string& id, const std::string& owner,
                                        std::size_t expected) {
  const std::scoped_lock lock(mutex_);
  auto found = find(id, owner);
  if (!found) return fail(std::move(found).error());
  ImportBatch& batch = (*found)->second;
  if (batch.spoilt()) {
    return fail(Errc::conflict, "rows of this import were refused; abandon it and begin again");
  }
  if (batch.size() != expected) {
    return fail(Errc::conflict, "this import holds " + std::to_string(batch.size()) +
                                    " rows, not " + std::to_string(expected));
  }
  ImportBatch taken = std::move(batch);
  batches_.erase(*found);
  return taken;
}

void ImportBatches::give_back(const std::string& id, ImportBatch batch) {
  const std::scoped_lock lock(mutex_);
  batches_.insert_or_assign(id, std::move(batch));
}

Result<void> ImportBatches::abandon(const std::string& id, const std::string& owner) {
  const std::scoped_lock lock(mutex_);
  auto found = find(id, owner);
  if (!found) return fail(std::move(found).error());
  batches_.erase(*found);
  return {};
}

}  // namespace portal::api
