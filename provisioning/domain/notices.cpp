#include "domain/notices.hpp"

#include <chrono>

#include "domain/ports/outbox.hpp"
#include "domain/ports/store.hpp"

namespace portal {
namespace {

constexpr std::chrono::hours kLifetime{7 * 24};

}  // namespace

Result<const Portal*> portal_of(Transaction& transaction, const Portals& portals,
                                const AccountId& account) {
  const auto memberships = transaction.accounts().memberships(account);
  if (!memberships) return fail(memberships.error());
  for (const Membership& membership : *memberships) {
    if (const Portal* portal = portals.find(membership.portal)) return portal;
  }
  if (portals.all().empty()) return fail(Errc::internal, "no portal to send a notice from");
  return &portals.all().front();
}

Result<void> put_notice(Transaction& transaction, const Portals& portals, const Account& account,
                        std::string_view text, const std::map<std::string, std::string>& values,
                        UtcTime now) {
  const Result<const Portal*> portal = portal_of(transaction, portals, account.id);
  if (!portal) return fail(portal.error());
  return put_notice(transaction, **portal, account, text, values, now);
}

Result<void> put_notice(Transaction& transaction, const Portal& portal, const Account& account,
                        std::string_view text, const std::map<std::string, std::string>& values,
                        UtcTime now) {
  Message mail;
  mail.id = MessageId::random();
  mail.channel = Channel::mail;
  mail.recipient = account.email.text();
  mail.text = text;
  mail.values = values;
  mail.values["portal"] = in_language(portal.name, account.language);
  mail.values["origin"] = portal.origin;
  mail.language = account.language;
  mail.portal = portal.id;
  mail.order_key = account.person.text();
  mail.created = now;
  mail.expires = now + kLifetime;
  return transaction.outbox().put(mail);
}

}  // namespace portal
