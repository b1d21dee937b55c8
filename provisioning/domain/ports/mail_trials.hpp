#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "identity/email_address.hpp"
#include "identity/language.hpp"

namespace portal {

/// What one mail relay made of a trial mail, without recipient and content.
struct MailTrial {
  std::string relay;
  std::string outcome;  ///< stable, for programs: "accepted", "relay_failed", …
  std::string detail;   ///< "recipient: 550 5.1.1"
  std::chrono::milliseconds took{0};
};

/// The mail relays, as an administrator tries them.
class MailTrials {
 public:
  virtual ~MailTrials() = default;
  /// Sends a mail that says it is a trial, at once and past the outbox: by the relays in their
  /// order until one settles it, or by the one named `relay` alone. All attempts; blocks.
  /// Fails: not_found (no relay of this name).
  virtual Result<std::vector<MailTrial>> send(const EmailAddress& to, Language language,
                                              std::string_view relay) = 0;
};

}  // namespace portal
