#pragma once

#include <chrono>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "domain/ports/proofs.hpp"
#include "domain/ports/store.hpp"

namespace portal {

/// How long after a login its second factor counts for a change of password at the same place.
inline constexpr std::chrono::minutes kProofLifetime{3};

/// For the transaction that grants a login whose password must be changed: the change that follows
/// asks for no second code.
inline Result<void> leave_proof(Transaction& transaction, const AccountId& account,
                                const Source& source, UtcTime now) {
  return transaction.proofs().leave(account, source, now + kProofLifetime);
}

}  // namespace portal
