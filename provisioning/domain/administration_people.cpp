// The codes for the fund's letters.

#include <utility>

#include "domain/administration.hpp"
#include "domain/audit_trail.hpp"
#include "domain/ports/store.hpp"

namespace portal {
namespace {

Result<void> check_destination(const Portals& portals, const PortalId& portal,
                               const AudienceId& audience) {
  const Portal* found = portals.find(portal);
  if (!found) return fail(Errc::malformed, "there is no portal '" + portal.text() + "'");
  for (const Audience& known : found->audiences) {
    if (known.id == audience) return {};
  }
  return fail(Errc::malformed,
              "portal '" + portal.text() + "' has no audience '" + audience.text() + "'");
}

}  // namespace

Result<IssuedCode> AdministrationService::issue_code(const AhvNumber& ahv, const PortalId& portal,
                                                     const AudienceId& audience,
                                                     const Administrator& by) {
  if (auto checked = check_destination(portals_, portal, audience); !checked) {
    return fail(std::move(checked).error());
  }
  const UtcTime now = clock_.now();
  return in_write<IssuedCode>(
      store_, "admin.issue_code", [&](Transaction& transaction) -> Result<IssuedCode> {
        Result<std::optional<Person>> person = transaction.people().find_by_ahv(ahv);
        if (!person) return fail(std::move(person).error());
        if (!*person) return fail(Errc::not_found, "nobody with this AHV number was imported");
        IssuedCode issued{
            (*person)->id, (*person)->given_name,      (*person)->family_name,
            portal,        ActivationCode::generate(), now + settings_.letter_lifetime};
        const Letter letter{LetterId::random(), issued.person, portal,      audience, now,
                            issued.expires,     std::nullopt,  std::nullopt};
        if (auto done = transaction.people().issue(letter, issued.code); !done) {
          return fail(std::move(done).error());
        }
        AuditEvent event = success_event(now, "code.issued", issued.person.text(), by.source);
        event.actor = by.name;
        event.reason = "portal " + portal.text() + ", letter " + letter.id.text();
        if (auto told = transaction.audit().append(event); !told) return fail(told.error());
        return issued;
      });
}

}  // namespace portal
