#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace portal {

class TotpCodes;

/// A code that was right: the time step it belongs to and the offset to keep.
struct StepMatch {
  std::int64_t step = 0;
  int offset = 0;
};

/// The 30-second time step of a moment (RFC 6238 section 4.2).
std::int64_t time_step_at(UtcTime time);

/// Looks for an enrolment code two steps either way (requirement T3).
///
/// A code one step old may come from a slow clock or from a slow hand; kept as an offset it would
/// refuse every later code of a right clock, which would then be one in the future. So a step in
/// the past counts one less: −1 is kept as 0, −2 as −1, and the window of `match_login` covers
/// both. Every candidate is compared, in constant time (T9).
Result<std::optional<StepMatch>> match_enrolment(const TotpCodes& totp, const Secret& seed,
                                                 const Secret& code, UtcTime now);

/// Looks for a login code at the offset-corrected current step and one past (RFC 6238 section 5.2).
/// Steps at or before `last_step` never match (T4). The offset stays as enrolled: moving it on a
/// late code would lock a right clock out.
Result<std::optional<StepMatch>> match_login(const TotpCodes& totp, const Secret& seed, int offset,
                                             std::int64_t last_step, const Secret& code,
                                             UtcTime now);

}  // namespace portal
