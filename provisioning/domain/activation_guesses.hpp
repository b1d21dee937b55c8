#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "domain/settings.hpp"
#include "identity/ahv_number.hpp"
#include "identity/source.hpp"

namespace portal {

class Transaction;

/// Whether so many wrong activation data came for this number, or from this address, that no more
/// are looked at now (requirement R6, first half). Unknown numbers count alike (R7).
Result<bool> is_guessing(Transaction& transaction, const RegistrationSettings& settings,
                         const AhvNumber& ahv, const Source& source, UtcTime now);

/// Counts wrong activation data; a letter that was guessed at too often is dead until reissued (R6,
/// second half).
Result<void> count_wrong_guess(Transaction& transaction, const RegistrationSettings& settings,
                               const AhvNumber& ahv, const Source& source, UtcTime now);

}  // namespace portal
