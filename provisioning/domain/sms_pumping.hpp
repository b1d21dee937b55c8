#pragma once

#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "domain/settings.hpp"
#include "identity/phone_number.hpp"

namespace portal {

class Transaction;

/// The key under which all SMS are counted together.
inline constexpr std::string_view kSmsToAnybody = "all";

/// Notes that the code which was sent to `phone` at `sent` was typed, by whoever holds that phone.
Result<void> note_verified(Transaction& transaction, const PhoneNumber& phone, UtcTime sent);

/// Pumping (SMS called forth to numbers that pay somebody) shows as codes that nobody types. When
/// another SMS has been counted, this looks at those that were sent in `unverified_window`, to the
/// country of `phone` and to all together, and can no longer be typed: where at least
/// `unverified_minimum` were sent and `unverified_percent` of them never used, an event
/// "alarm.sms_unverified" tells of it, once in a window (requirement S2). Stops nothing: the
/// budgets do.
Result<void> watch_for_pumping(Transaction& transaction, const SmsSettings& settings,
                               const PhoneNumber& phone, UtcTime now);

}  // namespace portal
