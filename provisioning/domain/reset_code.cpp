#include "domain/reset_code.hpp"

#include <string>

#include "base/random.hpp"
#include "domain/codes.hpp"
#include "domain/ports/outbox.hpp"
#include "domain/ports/store.hpp"

namespace portal {

ChallengeScope mail_scope(const PasswordReset& row) {
  return {ChallengePurpose::prove_mail, row.id.text(), "reset"};
}

std::string_view mail_of(const PasswordReset& row) {
  return row.token_index.empty() ? "mail.reset_started" : "mail.reset_code";
}

Result<void> send_reset_code(Transaction& transaction, const Portals& portals, PasswordReset& row,
                             const Account* owner, std::chrono::minutes lifetime, UtcTime now) {
  const Portal* portal = portals.find(row.portal);
  if (!portal) return fail(Errc::internal, "a reset without a portal");
  const Secret code = owner ? random_digits(kMailCodeDigits) : unanswerable_code();
  const UtcTime expires = now + lifetime;
  auto opened = transaction.challenges().open(mail_scope(row), code, now, expires);
  if (!opened) return opened;
  row.mail_sends += 1;
  row.mail_sent = now;
  if (!owner) return {};
  Message mail;
  mail.id = MessageId::random();
  mail.channel = Channel::mail;
  // At the address that we know: another spelling may be another mailbox.
  mail.recipient = owner->email.text();
  mail.text = mail_of(row);
  mail.values["code"] = std::string(code.reveal());
  mail.values["portal"] = in_language(portal->name, owner->language);
  mail.values["origin"] = portal->origin;
  mail.language = owner->language;
  mail.portal = portal->id;
  mail.order_key = owner->person.text();
  mail.created = now;
  mail.expires = expires;
  return transaction.outbox().put(mail);
}

}  // namespace portal
