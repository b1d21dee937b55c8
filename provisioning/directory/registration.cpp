// The entry of a person who registers: made in staging, moved among the people, or removed.
#include "directory/dn.hpp"
#include "directory/escaping.hpp"
#include "directory/ldap_directory.hpp"
#include "directory/parts.hpp"

namespace portal {

using directory::Answer;
using directory::Attributes;
using directory::Connection;
using directory::Deadline;
using directory::Outcome;

namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// inetOrgPerson wants sn and cn (RFC 2798, RFC 4519); an import may lack them.
std::string or_substitute(std::string_view name) {
  return name.empty() ? std::string("-") : std::string(name);
}

/// What may change while a person corrects what they typed.
Attributes changing_attributes(const StagedPerson& person) {
  const std::string_view given = trimmed(person.given_name);
  const std::string_view family = trimmed(person.family_name);
  const std::string both = std::string(given) + " " + std::string(family);
  Attributes attributes = {
      {"cn", {or_substitute(trimmed(both))}},
      {"sn", {or_substitute(family)}},
      {"mail", {person.email.text()}},
      {"preferredLanguage", {std::string(code_of(person.language))}},
      {"givenName", {}},
  };
  if (!given.empty()) attributes.back().second.emplace_back(given);
  return attributes;
}

Attributes new_attributes(const StagedPerson& person) {
  Attributes attributes = changing_attributes(person);
  attributes.push_back({"objectClass", {"top", "person", "organizationalPerson", "inetOrgPerson"}});
  attributes.push_back({"uid", {person.account.text()}});
  return attributes;
}

/// In staging, "there is no such entry" means that the subtree is not there or not ours.
Error staging_error(const Answer& answer, std::string_view doing) {
  Error error = answer.error(doing);
  if (error.code == Errc::not_found || error.code == Errc::conflict) error.code = Errc::denied;
  return error;
}

}  // namespace

Result<DirectoryEntry> LdapDirectory::stage(const StagedPerson& person) {
  const Result<std::string> dn = parts_->staged_dn(person.account.text());
  if (!dn) return fail(dn.error());
  const Deadline deadline = parts_->deadline();
  return with_connection(
      parts_->service(), deadline, [&](Connection& connection) -> Result<DirectoryEntry> {
        Answer answer = connection.add(*dn, new_attributes(person), deadline);
        if (answer.outcome() == Outcome::already_exists)
          answer = connection.replace(*dn, changing_attributes(person), deadline);
        if (!answer.succeeded()) return fail(staging_error(answer, "stage a person"));
        return parts_->entry_at(connection, *dn, deadline);
      });
}

Result<void> LdapDirectory::set_staged_address(std::string_view entry_uuid,
                                               const EmailAddress& email) {
  const Deadline deadline = parts_->deadline();
  return with_connection(parts_->service(), deadline, [&](Connection& connection) -> Result<void> {
    const auto found = parts_->find(connection, entry_uuid, deadline);
    if (!found) return fail(found.error());
    if (!*found) return fail(Errc::not_found, "directory: no entry with this entryUUID");
    if (!(*found)->staged) return {};
    const Answer answer = connection.replace((*found)->dn, {{"mail", {email.text()}}}, deadline);
    // Gone since we looked: another node was first, and has moved it.
    if (answer.succeeded() || answer.outcome() == Outcome::no_such_entry) return {};
    return fail(staging_error(answer, "set the address of a staged entry"));
  });
}

Result<DirectoryEntry> LdapDirectory::admit(std::string_view entry_uuid) {
  const Deadline deadline = parts_->deadline();
  const auto find = [&](Connection& connection) -> Result<DirectoryEntry> {
    auto found = parts_->find(connection, entry_uuid, deadline);
    if (!found) return fail(std::move(found).error());
    if (!*found) return fail(Errc::not_found, "directory: no entry with this entryUUID");
    return std::move(**found);
  };
  const auto move = [&](Connection& connection) -> Result<DirectoryEntry> {
    Result<DirectoryEntry> entry = find(connection);
    if (!entry || !entry->staged) return entry;
    const Result<std::string> rdn = directory::first_rdn(entry->dn);
    if (!rdn) return fail(rdn.error());
    const Answer answer =
        connection.move(entry->dn, *rdn, parts_->settings().people_base, deadline);
    // Gone since we looked: another node was first, and we find it among the people; or the
    // people's subtree is missing, and it is where it was.
    if (!answer.succeeded() && answer.outcome() != Outcome::no_such_entry)
      return fail(answer.error("move an entry among the people"));
    entry = find(connection);
    if (entry && entry->staged) return fail(staging_error(answer, "move among the people"));
    return entry;
  };
  Result<DirectoryEntry> entry = with_connection(parts_->service(), deadline, move);
  if (entry) parts_->recent_writes().note(entry->dn);
  return entry;
}

Result<std::optional<DirectoryEntry>> LdapDirectory::locate(std::string_view entry_uuid) {
  const Deadline deadline = parts_->deadline();
  return with_connection(parts_->service(), deadline, [&](Connection& connection) {
    return parts_->find(connection, entry_uuid, deadline);
  });
}

Result<void> LdapDirectory::discard(const AccountId& account) {
  // The name is made here, below staging: nothing elsewhere can be meant.
  const Result<std::string> dn = parts_->staged_dn(account.text());
  if (!dn) return fail(dn.error());
  const Deadline deadline = parts_->deadline();
  return with_connection(parts_->service(), deadline, [&](Connection& connection) -> Result<void> {
    const Answer answer = connection.remove(*dn, deadline);
    if (answer.succeeded() || answer.outcome() == Outcome::no_such_entry) return {};
    return fail(staging_error(answer, "discard a staged entry"));
  });
}

}  // namespace portal
