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

/// What an SMS is for. The two are counted apart, so that whoever enrols the number of somebody
/// else does not use up what its owner needs to log in.
enum class SmsPurpose { log_in, enrol };

/// Whether another SMS may go to this number, asked for from this source (requirement S2): nothing
/// if it may, and then it is counted; else why not. `unavailable`: the budget of all is used up, or
/// no SMS can leave the house. At 80 % and 100 % of that one, an event "alarm.sms_budget" tells of
/// it, once in its time; see also watch_for_pumping.
Result<std::optional<RefusalReason>> spend_sms(Transaction& transaction,
                                               const SmsSettings& settings, SmsPurpose purpose,
                                               const PhoneNumber& phone, const Source& source,
                                               UtcTime now);

}  // namespace portal
