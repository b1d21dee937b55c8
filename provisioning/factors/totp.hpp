#pragma once

#include "domain/ports/totp_codes.hpp"

namespace portal {

/// Time-based codes by liboath (requirement T1). Thread-safe.
class OathTotpCodes final : public TotpCodes {
 public:
  /// Sets the library up. Fails: unavailable.
  static Result<OathTotpCodes> create();

  /// Six digits, leading zeros kept. `step` is 0 or more, `seed` is not empty. Fails: internal.
  Result<Secret> code_at(const Secret& seed, std::int64_t step) const override;

 private:
  OathTotpCodes() = default;
};

}  // namespace portal
