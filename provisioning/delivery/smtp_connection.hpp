#pragma once

#include <chrono>
#include <string>

#include "base/secret.hpp"
#include "delivery/curl_handle.hpp"
#include "delivery/mail_settings.hpp"
#include "delivery/open_sockets.hpp"
#include "delivery/smtp_dialogue.hpp"
#include "delivery/smtp_outcome.hpp"
#include "identity/email_address.hpp"

namespace portal {

/// A mail as a relay is given it. What it refers to outlives the handover.
struct SmtpEnvelope {
  const std::string& sender;  ///< an address; empty: bounces go nowhere (RFC 5321 section 4.5.5)
  const EmailAddress& recipient;
  const Secret& message;  ///< with CRLF at line ends; dots are doubled on the way
};

/// What came of a handover, without recipient and content.
struct SmtpHandover {
  SmtpOutcome outcome = SmtpOutcome::relay_failed;
  SmtpStep step = SmtpStep::session;
  SmtpReply reply;
  std::string why;  ///< libcurl's words; empty if accepted
  /// "recipient: 550 5.1.1", "session: Timeout was reached"
  std::string text() const;
};

/// A connection to a relay, for one mail at a time; kept open between them. Not thread-safe.
class SmtpConnection {
 public:
  /// `relay` has been checked and outlives the connection. Throws as CurlHandle.
  SmtpConnection(const MailRelay& relay, std::chrono::seconds keep_open);
  ~SmtpConnection();
  SmtpConnection(const SmtpConnection&) = delete;
  SmtpConnection& operator=(const SmtpConnection&) = delete;

  /// Blocks, at most `patience`. A kept connection that the relay has closed meanwhile is replaced,
  /// unless the mail's content was already under way.
  SmtpHandover hand_over(const SmtpEnvelope& envelope, std::chrono::milliseconds patience);

 private:
  void address_relay();
  void log_in();
  SmtpHandover attempt(std::chrono::milliseconds patience);
  bool lacks_login() const noexcept;

  static int follow(CURL*, curl_infotype type, char* data, std::size_t size, void* self);

  const MailRelay& relay_;
  SmtpDialogue dialogue_;
  OpenSockets sockets_;
  CurlHandle curl_;
};

}  // namespace portal
