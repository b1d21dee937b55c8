#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "identity/id.hpp"
#include "identity/source.hpp"

namespace portal {

/// That somebody has just shown both factors at a service, from a source: good for one act there
/// and nowhere else, so that the same code need not be waited for twice.
class Proofs {
 public:
  virtual ~Proofs() = default;
  /// Takes the place of an earlier one.
  virtual Result<void> leave(const AccountId& account, const Source& source, UtcTime expires) = 0;
  /// Whether `consume` would be true.
  virtual Result<bool> waits(const AccountId& account, const Source& source, UtcTime now) = 0;
  /// Uses it up; true exactly once, and not after it has expired.
  virtual Result<bool> consume(const AccountId& account, const Source& source, UtcTime now) = 0;
};

}  // namespace portal
