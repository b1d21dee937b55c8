#pragma once

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "domain/ports/accounts.hpp"
#include "domain/time_steps.hpp"
#include "identity/source.hpp"

namespace portal {

class Portals;
class Transaction;

// A second factor that one right code has just proven (requirement T8), as it is to be stored.

Factor new_phone(const AccountId& account, const PhoneNumber& phone, UtcTime now);
/// The step that proved it counts as used (T4).
Factor new_app(const AccountId& account, const Secret& seed, const StepMatch& proven_by,
               UtcTime now);

/// Makes it the factor of an account that has none, forgets the wrong codes of before, tells the
/// owner by mail (requirement R12) and the audit log. Fails: unavailable.
Result<void> keep_factor(Transaction& transaction, const Portals& portals, const Account& account,
                         const Factor& factor, const Source& source, UtcTime now);

}  // namespace portal
