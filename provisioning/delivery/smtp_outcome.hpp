#pragma once

#include <string>
#include <string_view>

namespace portal {

/// How far a handover has come.
enum class SmtpStep {
  session,    ///< connection, greeting, TLS, login
  sender,     ///< MAIL FROM
  recipient,  ///< RCPT TO
  content,    ///< DATA and what follows it
  end,        ///< all was sent, with its final dot; the answer decides
};
std::string_view name_of(SmtpStep step) noexcept;

/// What a relay has made of a mail.
enum class SmtpOutcome {
  accepted,
  recipient_refused,  ///< for good, by any relay
  mail_refused,       ///< for good, by this relay
  not_now,            ///< this mail; the relay works
  relay_failed,       ///< before it had the whole mail
  uncertain,          ///< all was sent and no answer came: it may have been accepted
};
std::string_view name_of(SmtpOutcome outcome) noexcept;

/// A reply's numbers: its code and its enhanced status (RFC 3463). Never its text, which likes to
/// repeat the address (requirement J4).
struct SmtpReply {
  int code = 0;  ///< 0: none came, or what came is no reply
  int kind = 0, subject = 0, detail = 0;

  /// One line as the server sent it: "550-5.1.1 No such user".
  static SmtpReply parse(std::string_view line);
  /// "550 5.1.1"; empty if there is none.
  std::string text() const;
};

/// RFC 5321 section 4.2.1 and 4.5.4: what a reply to this step, or none, means. A refusal of the
/// recipient counts for good unless it speaks of the sender's rights (5.7.x, 5.5.x, 503, 530):
/// that is the relay's configuration, and another relay or a later try may do.
SmtpOutcome outcome_of(SmtpStep step, const SmtpReply& reply) noexcept;

}  // namespace portal
