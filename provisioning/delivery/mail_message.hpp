#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "delivery/transport.hpp"

namespace portal {

/// Whom a portal's mails come from.
class MailSender {
 public:
  /// "noreply@flex.example.ch" or "Flex portal <noreply@flex.example.ch>". Fails: malformed.
  static Result<MailSender> parse(std::string_view text);

  const EmailAddress& address() const noexcept { return address_; }
  const std::string& name() const noexcept { return name_; }

 private:
  MailSender(std::string name, EmailAddress address)
      : name_(std::move(name)), address_(std::move(address)) {}
  std::string name_;
  EmailAddress address_;
};

/// The mail as an RFC 5322 message with CRLF: its words as plain text and, under `heading`, as HTML
/// (multipart/alternative, quoted-printable), marked as sent by a machine (RFC 3834), with a
/// Message-ID made of its own id. The same mail gives the same bytes.
/// Fails: malformed (the subject or the sender's name has a control character; the id cannot stand
/// in a header).
Result<Secret> compose_mail(const OutgoingMail& mail, const MailSender& sender,
                            std::string_view heading);

}  // namespace portal
