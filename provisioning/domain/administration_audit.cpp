// The record of what happened: read it, and prove that nobody has changed it.

#include <algorithm>
#include <utility>

#include "domain/administration.hpp"
#include "domain/audit_trail.hpp"
#include "domain/ports/store.hpp"

namespace portal {
namespace {

constexpr int kMostShown = 1000;

Result<void> tell(Transaction& transaction, std::string_view what, std::string reason,
                  const Administrator& by, UtcTime now) {
  AuditEvent event = success_event(now, what, "", by.source);
  event.actor = by.name;
  event.reason = std::move(reason);
  return transaction.audit().append(event);
}

/// The record of this number, if there is one.
Result<std::optional<AuditRecord>> record_at(AuditLog& log, std::int64_t number) {
  Result<std::vector<AuditRecord>> found = log.read(number - 1, 1);
  if (!found) return fail(std::move(found).error());
  if (found->empty() || found->front().number != number) return std::nullopt;
  return std::move(found->front());
}

/// The last record of those that hold: all of them, or those before `first_broken`. They are
/// numbered without a gap, so it is found by doubling and halving instead of reading them again.
Result<void> find_last(AuditLog& log, AuditVerdict& verdict) {
  std::int64_t step = 1;
  bool growing = true;
  while (step > 0) {
    const std::int64_t next = verdict.records + step;
    std::optional<AuditRecord> record;
    if (verdict.first_broken == 0 || next < verdict.first_broken) {
      Result<std::optional<AuditRecord>> found = record_at(log, next);
      if (!found) return fail(std::move(found).error());
      record = std::move(*found);
    }
    if (record) {
      verdict.records = next;
      verdict.last_hash = std::move(record->hash);
    }
    growing = growing && record;
    step = growing ? step * 2 : step / 2;
  }
  return {};
}

}  // namespace

Result<std::vector<AuditRecord>> AdministrationService::audit(std::int64_t after, int limit,
                                                              const Administrator& by) {
  const UtcTime now = clock_.now();
  return in_write<std::vector<AuditRecord>>(
      store_, "admin.audit", [&](Transaction& transaction) -> Result<std::vector<AuditRecord>> {
        auto records = transaction.audit().read(after, std::min(limit, kMostShown));
        if (!records) return records;
        auto told = tell(transaction, "admin.audit_read", "", by, now);
        if (!told) return fail(std::move(told).error());
        return records;
      });
}

Result<AuditVerdict> AdministrationService::verify_audit(const Administrator& by) {
  // A long log takes its time, in which everybody else must be able to write: so it is read in one
  // transaction, and the act is told of in another.
  Result<AuditVerdict> verdict =
      in_read<AuditVerdict>(store_, [](Transaction& transaction) -> Result<AuditVerdict> {
        AuditVerdict found;
        const Result<std::int64_t> broken = transaction.audit().verify();
        if (!broken) return fail(broken.error());
        found.first_broken = *broken;
        auto done = find_last(transaction.audit(), found);
        if (!done) return fail(std::move(done).error());
        return found;
      });
  if (!verdict) return verdict;
  std::string reason = std::to_string(verdict->records) + " records hold together";
  if (verdict->first_broken != 0) {
    reason += ", record " + std::to_string(verdict->first_broken) + " does not follow";
  }
  auto told = store_.write("admin.verify_audit", [&](Transaction& transaction) {
    return tell(transaction, "admin.audit_verified", std::move(reason), by, clock_.now());
  });
  if (!told) return fail(std::move(told).error());
  return verdict;
}

}  // namespace portal
