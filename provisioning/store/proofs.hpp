#pragma once

#include "domain/ports/proofs.hpp"
#include "store/context.hpp"

namespace portal {

/// Proofs of both factors; where they were left is kept as a keyed hash.
class SqlProofs final : public Proofs {
 public:
  explicit SqlProofs(StoreContext context) : context_(context) {}

  Result<void> leave(const AccountId& account, const Source& source, UtcTime expires) override;
  Result<bool> waits(const AccountId& account, const Source& source, UtcTime now) override;
  Result<bool> consume(const AccountId& account, const Source& source, UtcTime now) override;

 private:
  StoreContext context_;
};

}  // namespace portal
