#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "identity/id.hpp"

namespace portal {

class Transaction;

/// For whoever erases a person: an entry that an abandoned registration has left in staging is
/// known by its row alone, which goes with the person. Leaves an intent for each, by which it is
/// removed within minutes (RegistrationService::settle_intents; requirement J5).
Result<void> leave_to_take_back(Transaction& transaction, const PersonId& person, UtcTime now);

}  // namespace portal
