#pragma once

#include <map>
#include <string>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "delivery/mail_message.hpp"
#include "domain/portals.hpp"

namespace portal {

/// What a portal's mails begin with.
struct LetterheadSettings {
  std::string sender;  ///< as MailSender::parse reads it
  Translated name;     ///< of the portal, as its pages show it
};

/// The letterhead of each portal: whichever way a mail leaves, it is the same bytes.
class Letterheads {
 public:
  /// Fails: malformed (a sender).
  static Result<Letterheads> parse(const std::map<PortalId, LetterheadSettings>& settings);

  /// Fails: unavailable (no sender for the portal), malformed.
  Result<Secret> compose(const OutgoingMail& mail) const;
  /// nullptr if the portal has none.
  const MailSender* sender_of(const PortalId& portal) const;

 private:
  struct Letterhead {
    MailSender sender;
    Translated name;
  };
  std::map<PortalId, Letterhead> by_portal_;
};

}  // namespace portal
