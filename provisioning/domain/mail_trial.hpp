#pragma once

#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "domain/administration.hpp"
#include "domain/ports/mail_trials.hpp"

namespace portal {

/// Lets an administrator see whether mails leave. Thread-safe.
class MailTrialService {
 public:
  /// `trials`: nullptr if there are no relays.
  MailTrialService(Store& store, MailTrials* trials, const Clock& clock)
      : store_(store), trials_(trials), clock_(clock) {}

  /// As MailTrials::send; audited before it is sent (requirement J2), with the relay, without the
  /// address. Fails also: conflict (no relay is set; mails go into the spool).
  Result<std::vector<MailTrial>> send(const EmailAddress& to, Language language,
                                      std::string_view relay, const Administrator& by);

 private:
  Store& store_;
  MailTrials* trials_;
  const Clock& clock_;
};

}  // namespace portal
