#include "delivery/letterhead.hpp"

#include <utility>

namespace portal {

Result<Letterheads> Letterheads::parse(const std::map<PortalId, LetterheadSettings>& settings) {
  Letterheads all;
  for (const auto& [portal, head] : settings) {
    Result<MailSender> sender = MailSender::parse(head.sender);
    if (!sender) {
      return fail(sender.error().code,
                  "sender of portal " + portal.text() + ": " + sender.error().detail);
    }
    all.by_portal_.emplace(portal, Letterhead{std::move(*sender), head.name});
  }
  return all;
}

Result<Secret> Letterheads::compose(const OutgoingMail& mail) const {
  const auto head = by_portal_.find(mail.portal);
  if (head == by_portal_.end()) {
    return fail(Errc::unavailable, "no sender is set for portal " + mail.portal.text());
  }
  return compose_mail(mail, head->second.sender, in_language(head->second.name, mail.language));
}

const MailSender* Letterheads::sender_of(const PortalId& portal) const {
  const auto head = by_portal_.find(portal);
  return head == by_portal_.end() ? nullptr : &head->second.sender;
}

}  // namespace portal
