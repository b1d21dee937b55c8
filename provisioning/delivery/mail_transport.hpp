#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "delivery/letterhead.hpp"
#include "delivery/mail_settings.hpp"
#include "delivery/smtp_outcome.hpp"
#include "delivery/transport.hpp"

namespace portal {

class SmtpRelay;

/// What one relay made of a mail, without recipient and content.
struct MailAttempt {
  std::string relay;
  SmtpOutcome outcome = SmtpOutcome::relay_failed;
  std::string detail;  ///< "recipient: 550 5.1.1"
  std::chrono::milliseconds took{0};
};

/// Hands mails to the first relay of a list that takes them. A relay that failed is passed over for
/// a while. Each attempt is logged by message id and relay.
///
/// A mail is never given to a relay again that may have accepted it, unless the daemon dies or the
/// store fails before that is noted. If the answer to the whole mail is missing, the next relay is
/// asked; if none of them takes it, the mail counts as handed over. So a mail may arrive twice,
/// with the same Message-ID, and is lost only if the last relay did not accept what it was sent.
class MailTransport final : public MailCarrier {
 public:
  /// Fails: malformed (see check_mail; no relay).
  static Result<std::unique_ptr<MailTransport>> open(MailSettings settings,
                                                     Letterheads letterheads);
  ~MailTransport() override;

  /// Fails: denied (the recipient is refused, or every relay refuses the mail), malformed,
  /// unavailable (no relay takes it now).
  Result<void> send(const OutgoingMail& mail) override;

  /// For an administrator who tries the relays, those that are passed over as well: all attempts,
  /// the last one decides. With a name, that relay alone.
  /// Fails: not_found (no relay of this name), malformed.
  Result<std::vector<MailAttempt>> try_out(const OutgoingMail& mail, std::string_view relay);

 private:
  MailTransport(MailSettings settings, Letterheads letterheads);
  Result<std::string> sender_of(const OutgoingMail& mail) const;
  Result<std::vector<MailAttempt>> attempt(const OutgoingMail& mail,
                                           const std::function<bool(SmtpRelay&)>& may_ask);

  std::string bounces_to_;
  Letterheads letterheads_;
  std::vector<std::unique_ptr<SmtpRelay>> relays_;
};

}  // namespace portal
