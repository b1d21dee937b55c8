#include "delivery/smtp_relay.hpp"

#include <algorithm>
#include <utility>

namespace portal {

std::unique_ptr<SmtpConnection> SmtpRelay::take_connection() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      auto connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
  }
  return std::make_unique<SmtpConnection>(settings_, keep_open_);
}

SmtpHandover SmtpRelay::hand_over(const SmtpEnvelope& envelope,
                                  std::chrono::milliseconds patience) {
  auto connection = take_connection();
  SmtpHandover result = connection->hand_over(envelope, std::min(patience, settings_.timeout));
  switch (result.outcome) {
    case SmtpOutcome::accepted:
    case SmtpOutcome::recipient_refused:
    case SmtpOutcome::mail_refused:
    case SmtpOutcome::not_now: {
      circuit_.worked();
      const std::lock_guard lock(mutex_);
      idle_.push_back(std::move(connection));
      break;
    }
    case SmtpOutcome::relay_failed:
    case SmtpOutcome::uncertain: circuit_.failed(std::chrono::steady_clock::now()); break;
  }
  return result;
}

}  // namespace portal
