#pragma once

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "domain/ports/accounts.hpp"
#include "domain/time_steps.hpp"

namespace portal {

// A second factor that one right code has just proven (requirement T8), as it is to be stored.

Factor new_phone(const AccountId& account, const PhoneNumber& phone, UtcTime now);
/// The step that proved it counts as used (T4).
Factor new_app(const AccountId& account, const Secret& seed, const StepMatch& proven_by,
               UtcTime now);

}  // namespace portal
