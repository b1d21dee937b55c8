#pragma once

#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "domain/administration.hpp"
#include "domain/ports/sms_trials.hpp"
#include "domain/settings.hpp"

namespace portal {

/// Lets an administrator see whether SMS leave. Thread-safe.
class SmsTrialService {
 public:
  /// `trials`: nullptr if there are no gateways.
  SmsTrialService(Store& store, SmsTrials* trials, SmsSettings settings, const Clock& clock)
      : store_(store), trials_(trials), settings_(std::move(settings)), clock_(clock) {}

  /// As SmsTrials::send, to a number as one types it; no budget is spent. Audited before it is sent
  /// (requirement J2), with the gateway, without the number. Fails also: malformed (no number that
  /// SMS may be sent to), conflict (no gateway is set; SMS go into the spool).
  Result<std::vector<SmsTrial>> send(std::string_view number, Language language,
                                     std::string_view gateway, const Administrator& by);

 private:
  Store& store_;
  SmsTrials* trials_;
  SmsSettings settings_;
  const Clock& clock_;
};

}  // namespace portal
