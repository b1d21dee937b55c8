#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "domain/portals.hpp"
#include "domain/ports/challenges.hpp"
#include "domain/refusal.hpp"
#include "identity/phone_number.hpp"

namespace portal {

class Transaction;

/// An SMS with a code: what the code is good for, and what the SMS says.
struct SmsCode {
  ChallengeScope scope;
  PhoneNumber phone;
  std::string sender;  ///< the portal's name, or the service's
  PortalId portal;     ///< may be empty
  Language language = Language::fr;
  std::string order_key;  ///< the person's or the account's id
  std::chrono::minutes lifetime;
};

/// Makes a new code and puts its SMS into the outbox; the one before is dead (requirement S1). The
/// budget must have been asked before (`spend_sms`).
Result<void> send_code(Transaction& transaction, const SmsCode& sms, UtcTime now);

/// Uses up the code that was sent for `scope`, in constant time: nothing if `code` is the one and
/// lives, else wrong_code or expired_code. Wrong ones are counted by the caller.
Result<std::optional<RefusalReason>> use_up_code(Transaction& transaction,
                                                 const ChallengeScope& scope, const Secret& code,
                                                 UtcTime now);

/// The same of a code that went to `phone` by SMS, whose use is noted (`note_verified`).
Result<std::optional<RefusalReason>> use_up_sms_code(Transaction& transaction,
                                                     const ChallengeScope& scope,
                                                     const PhoneNumber& phone, const Secret& code,
                                                     UtcTime now);

}  // namespace portal
