#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "identity/language.hpp"
#include "identity/phone_number.hpp"

namespace portal {

/// What one SMS gateway made of a trial SMS, without number and text.
struct SmsTrial {
  std::string gateway;
  std::string
      outcome;         ///< stable, for programs: "accepted", "refused", "number_refused", "unknown"
  std::string detail;  ///< "HTTP 400, 21211"
  std::chrono::milliseconds took{0};
};

/// The SMS gateways, as an administrator tries them.
class SmsTrials {
 public:
  virtual ~SmsTrials() = default;
  /// Sends an SMS that says it is a trial, at once and past the outbox: by the gateways in their
  /// order until one settles it, or by the one named `gateway` alone. All attempts; blocks.
  /// Fails: not_found (no gateway of this name).
  virtual Result<std::vector<SmsTrial>> send(const PhoneNumber& to, Language language,
                                             std::string_view gateway) = 0;
};

}  // namespace portal
