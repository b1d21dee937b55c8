#pragma once

#include <optional>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "domain/ports/store.hpp"
#include "domain/refusal.hpp"
#include "domain/settings.hpp"
#include "identity/phone_number.hpp"
#include "identity/source.hpp"

namespace portal {

/// Whether another SMS may go to this number, asked for from this source (requirement S2): nothing
/// if it may, and then it is counted; else why not.
Result<std::optional<RefusalReason>> spend_sms(Transaction& transaction,
                                               const SmsSettings& settings,
                                               const PhoneNumber& phone, const Source& source,
                                               UtcTime now);

}  // namespace portal
