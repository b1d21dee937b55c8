#pragma once

#include "domain/ports/audit.hpp"
#include "store/context.hpp"

namespace portal {

/// The audit log. Each record's hash is keyed and covers the hash before: whoever changes, inserts
/// or takes out a record without the key breaks the chain. Taking off the newest ones cannot be
/// seen here, only by comparing with a copy (requirement J3). When the store's master key changes,
/// the chain goes on under the new one; what is older stays under its own.
class SqlAuditLog final : public AuditLog {
 public:
  explicit SqlAuditLog(StoreContext context) : context_(context) {}

  /// In a write transaction, so that the numbers have no gap and no branch.
  Result<void> append(const AuditEvent& given) override;
  Result<std::vector<AuditRecord>> of(const std::set<std::string>& ids) override;
  Result<std::vector<AuditRecord>> read(std::int64_t after, int limit) override;
  Result<std::int64_t> verify() override;

 private:
  StoreContext context_;
};

}  // namespace portal
