#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "delivery/sms/answer.hpp"
#include "delivery/sms/settings.hpp"
#include "delivery/transport.hpp"

namespace portal {

/// What became of one try, and why, for the log: neither number nor text (requirement J4).
struct SmsTry {
  SmsOutcome outcome = SmsOutcome::refused;
  std::string why;
};

/// One SMS gateway on HTTP (requirement S3): TLS verified, no redirects, its timeout for all of a
/// request, at most 64 KiB of answer. Each message has a connection of its own: on a kept one that
/// has died, libcurl would send the request once more without asking. Thread-safe.
class SmsGateway {
 public:
  /// Fails: malformed (a template, a rule, an address without TLS that is not on this host; a file
  /// that is missing or cannot be read).
  static Result<SmsGateway> open(SmsGatewaySettings settings);
  SmsGateway(SmsGateway&&) noexcept;
  SmsGateway& operator=(SmsGateway&&) noexcept;
  ~SmsGateway();

  const std::string& name() const noexcept;
  /// How long a report is waited for; 0: none comes.
  std::chrono::seconds report_wait() const noexcept;
  /// Blocks for the timeout at most. `report`: where the gateway may report to; may be empty.
  SmsTry send(const OutgoingSms& sms, UtcTime now, std::string_view report = {}) const;

 private:
  struct Parts;
  explicit SmsGateway(std::unique_ptr<const Parts> parts);

  std::unique_ptr<const Parts> parts_;
};

}  // namespace portal
