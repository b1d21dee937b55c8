#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <vector>

#include "delivery/mail_settings.hpp"
#include "delivery/relay_circuit.hpp"
#include "delivery/smtp_connection.hpp"

namespace portal {

/// One relay: its connections, kept open for the next mail, and whether it is asked at all.
/// Thread-safe; there are as many connections as there were mails at a time.
class SmtpRelay {
 public:
  SmtpRelay(MailRelay settings, std::chrono::seconds keep_open,
            std::chrono::milliseconds longest_pause)
      : settings_(std::move(settings)), keep_open_(keep_open), circuit_(longest_pause) {}

  const std::string& name() const noexcept { return settings_.name; }
  /// Whether to ask it now; as RelayCircuit::admits.
  bool admits() { return circuit_.admits(std::chrono::steady_clock::now()); }
  /// Blocks, at most `patience` and the relay's own timeout. Tells the circuit how it went.
  SmtpHandover hand_over(const SmtpEnvelope& envelope, std::chrono::milliseconds patience);

 private:
  std::unique_ptr<SmtpConnection> take_connection();

  const MailRelay settings_;
  const std::chrono::seconds keep_open_;
  RelayCircuit circuit_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<SmtpConnection>>
      idle_;  ///< the last one used last; guarded by mutex_
};

}  // namespace portal
