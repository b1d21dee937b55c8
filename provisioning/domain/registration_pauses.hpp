#pragma once

#include <chrono>
#include <optional>

#include "base/clock.hpp"
#include "domain/ports/registrations.hpp"
#include "domain/settings.hpp"

namespace portal {

/// How long until a code may be sent again; doubles with each one sent (requirement R10).
std::chrono::seconds growing_pause_left(int sends, std::optional<UtcTime> sent,
                                        std::chrono::seconds first, UtcTime now);
/// How long until another mail may be asked for; doubles with each one sent (requirement R10).
std::chrono::seconds mail_pause_left(const Registration& row, const RegistrationSettings& settings,
                                     UtcTime now);
/// How many more mails this registration may have (R10).
int mail_resends_left(const Registration& row, const RegistrationSettings& settings);
/// How long until another SMS to the same number may be asked for (S2).
std::chrono::seconds sms_pause_left(const Registration& row, const RegistrationSettings& settings,
                                    UtcTime now);

}  // namespace portal
