#pragma once

#include <cstdint>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace portal {

/// Makes the six digits of one time step (RFC 6238 with HMAC-SHA-1, 30 s steps; RFC 4226).
class TotpCodes {
 public:
  virtual ~TotpCodes() = default;
  /// `step`: seconds since 1970 divided by 30. Fails: internal.
  virtual Result<Secret> code_at(const Secret& seed, std::int64_t step) const = 0;
};

}  // namespace portal
