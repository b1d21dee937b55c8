#include "domain/registration_pauses.hpp"

#include <algorithm>

namespace portal {
namespace {

std::chrono::seconds left_of(UtcTime end, UtcTime now) {
  return std::max(std::chrono::ceil<std::chrono::seconds>(end - now), std::chrono::seconds(0));
}

}  // namespace

std::chrono::seconds growing_pause_left(int sends, std::optional<UtcTime> sent,
                                        std::chrono::seconds first, UtcTime now) {
  if (!sent) return std::chrono::seconds(0);
  const int doublings = std::clamp(sends - 1, 0, 10);
  return left_of(*sent + first * (1 << doublings), now);
}

std::chrono::seconds mail_pause_left(const Registration& row, const RegistrationSettings& settings,
                                     UtcTime now) {
  return growing_pause_left(row.mail_sends, row.mail_sent, settings.mail_pause, now);
}

int mail_resends_left(const Registration& row, const RegistrationSettings& settings) {
  return std::max(0, settings.mail_resends + 1 - row.mail_sends);
}

std::chrono::seconds sms_pause_left(const Registration& row, const RegistrationSettings& settings,
                                    UtcTime now) {
  return row.sms_sent ? left_of(*row.sms_sent + settings.sms.pause, now) : std::chrono::seconds(0);
}

}  // namespace portal
