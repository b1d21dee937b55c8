#pragma once

#include "base/clock.hpp"
#include "delivery/mail_transport.hpp"
#include "domain/portals.hpp"
#include "domain/ports/mail_trials.hpp"

namespace portal {

class Phrasebook;

/// Trial mails by the relays, in the name of the installation's first portal. Thread-safe.
class RelayTrials final : public MailTrials {
 public:
  RelayTrials(MailTransport& transport, const Phrasebook& phrasebook, const Portals& portals,
              const Clock& clock)
      : transport_(transport), phrasebook_(phrasebook), portals_(portals), clock_(clock) {}

  Result<std::vector<MailTrial>> send(const EmailAddress& to, Language language,
                                      std::string_view relay) override;

 private:
  MailTransport& transport_;
  const Phrasebook& phrasebook_;
  const Portals& portals_;
  const Clock& clock_;
};

}  // namespace portal
