#pragma once

#include "base/clock.hpp"
#include "delivery/sms/gateways.hpp"
#include "domain/portals.hpp"
#include "domain/ports/sms_trials.hpp"

namespace portal {

class Phrasebook;

/// Trial SMS by the gateways, in the name of the installation's first portal. Thread-safe.
class GatewayTrials final : public SmsTrials {
 public:
  GatewayTrials(SmsGateways& gateways, const Phrasebook& phrasebook, const Portals& portals,
                const Clock& clock)
      : gateways_(gateways), phrasebook_(phrasebook), portals_(portals), clock_(clock) {}

  Result<std::vector<SmsTrial>> send(const PhoneNumber& to, Language language,
                                     std::string_view gateway) override;

 private:
  SmsGateways& gateways_;
  const Phrasebook& phrasebook_;
  const Portals& portals_;
  const Clock& clock_;
};

}  // namespace portal
