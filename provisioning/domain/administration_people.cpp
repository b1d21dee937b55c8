// The fund's import and the codes for its letters.

#include <chrono>
#include <utility>

#include "domain/administration.hpp"
#include "domain/audit_trail.hpp"
#include "domain/ports/store.hpp"

namespace portal {
namespace {

bool same(const Person& person, const PersonRow& row) {
  return person.born == row.born && person.given_name == row.given_name &&
         person.family_name == row.family_name && person.language == row.language;
}

/// Requirement R3: the imported code counts from now on, if it is not the one that counts already.
Result<bool> renew_letter(Transaction& transaction, const PersonId& person, const PersonRow& row,
                          std::chrono::hours lifetime, UtcTime now) {
  const auto newest = transaction.people().newest_letter(person, row.portal);
  if (!newest) return fail(newest.error());
  if (*newest && (*newest)->audience == row.audience) {
    const Result<bool> known = transaction.people().code_matches((*newest)->id, *row.code);
    if (!known || *known) return known ? Result<bool>(false) : known;
  }
  const Letter letter{LetterId::random(), person,       row.portal,  row.audience, now,
                      now + lifetime,     std::nullopt, std::nullopt};
  if (auto issued = transaction.people().issue(letter, *row.code); !issued) {
    return fail(std::move(issued).error());
  }
  return true;
}

Result<void> import_row(Transaction& transaction, const PersonRow& row, std::chrono::hours lifetime,
                        UtcTime now, ImportReport& report) {
  Result<std::optional<Person>> known = transaction.people().find_by_ahv(row.ahv);
  if (!known) return fail(std::move(known).error());
  const PersonId id = *known ? (*known)->id : PersonId::random();
  const bool changed = !*known || !same(**known, row);
  if (changed) {
    const Person person{id, row.ahv, row.born, row.given_name, row.family_name, row.language};
    if (auto put = transaction.people().put(person); !put) return put;
  }
  if (row.code) {
    const Result<bool> renewed = renew_letter(transaction, id, row, lifetime, now);
    if (!renewed) return fail(renewed.error());
    if (*renewed) report.letters += 1;
  }
  if (!*known) {
    report.added += 1;
  } else if (changed) {
    report.updated += 1;
  } else {
    report.unchanged += 1;
  }
  return {};
}

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

Result<ImportReport> AdministrationService::import(const std::vector<PersonRow>& rows,
                                                   const Administrator& by) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    auto checked = check_destination(portals_, rows[i].portal, rows[i].audience);
    if (!checked) {
      return fail(Errc::malformed, "row " + std::to_string(i + 1) + ": " + checked.error().detail);
    }
  }
  const UtcTime now = clock_.now();
  return in_write<ImportReport>(
      store_, "admin.import", [&](Transaction& transaction) -> Result<ImportReport> {
        ImportReport report;
        for (const PersonRow& row : rows) {
          auto done = import_row(transaction, row, settings_.letter_lifetime, now, report);
          if (!done) return fail(std::move(done).error());
        }
        AuditEvent event = success_event(now, "people.imported", "", by.source);
        event.actor = by.name;
        event.reason = "added " + std::to_string(report.added) + ", updated " +
                       std::to_string(report.updated) + ", letters " +
                       std::to_string(report.letters);
        if (auto told = transaction.audit().append(event); !told) return fail(told.error());
        return report;
      });
}

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
