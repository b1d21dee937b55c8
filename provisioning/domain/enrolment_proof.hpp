#pragma once

#include <variant>

#include "domain/ports/challenges.hpp"
#include "domain/second_factor.hpp"

namespace portal {

/// What the code is bound to that proves a phone while logging in (requirement S1).
ChallengeScope enrolment_scope(const FactorClaim& claim);

/// A new factor that has just been proven by one right code (requirement T8), or why it has not.
using EnrolmentProof = std::variant<Factor, RefusalReason>;

/// By the code of an SMS, which is used up.
Result<EnrolmentProof> prove_phone(Transaction& transaction, const FactorClaim& claim,
                                   const PhoneNumber& phone, const Secret& code, UtcTime now);

/// By the app's code, whose time step counts as used (T3, T4).
Result<EnrolmentProof> prove_app(const TotpCodes& totp, const FactorClaim& claim,
                                 const Secret& seed, const Secret& code, UtcTime now);

}  // namespace portal
