#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "identity/email_address.hpp"
#include "identity/id.hpp"
#include "identity/language.hpp"
#include "identity/phone_number.hpp"

namespace portal {

/// A mail in its final words, as plain text with '\n' at line ends. The body may hold a code.
struct OutgoingMail {
  MessageId id;
  PortalId portal;
  EmailAddress recipient;
  Language language = Language::fr;
  std::string subject;
  Secret body;
  UtcTime created;
  UtcTime expires;
};

/// An SMS in its final words. The text may hold a code.
struct OutgoingSms {
  MessageId id;
  PortalId portal;
  PhoneNumber recipient;
  Secret text;
  UtcTime created;
  UtcTime expires;
  std::vector<std::string> tried = {};  ///< gateways that may have it (requirement S3)
  bool taken = false;                   ///< one of them said so
};

/// A way out of the house for mails. Thread-safe; blocks, at most kLongestSend.
class MailCarrier {
 public:
  virtual ~MailCarrier() = default;
  /// Hands the message over; success means that the other side answers for it now. The same id may
  /// come twice, after a crash between handing over and noting it.
  /// Fails: denied (refused for good), malformed (can never be sent), unavailable (try later).
  /// The error's detail repeats neither recipient nor content (requirement J4).
  virtual Result<void> send(const OutgoingMail& mail) = 0;
};

/// The same for SMS.
class SmsCarrier {
 public:
  virtual ~SmsCarrier() = default;
  virtual Result<void> send(const OutgoingSms& sms) = 0;
};

/// A way for both: a spool folder, or a switchboard.
class Transport : public MailCarrier, public SmsCarrier {
 public:
  using MailCarrier::send;
  using SmsCarrier::send;
};

}  // namespace portal
