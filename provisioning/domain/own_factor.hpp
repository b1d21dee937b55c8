#pragma once

#include <optional>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "domain/refusal.hpp"
#include "domain/second_factor.hpp"

namespace portal {

class Store;

/// Gets a code of their own factor on its way for a person who is logged in and is about to show it
/// once more, in the account's language: nothing if a code may now be asked for. A refusal is in
/// the audit log as `what`. Fails: unavailable.
Result<std::optional<Refusal>> call_own_factor(Store& store, const SecondFactor& factors,
                                               FactorClaim claim, std::string_view what,
                                               UtcTime now);

}  // namespace portal
