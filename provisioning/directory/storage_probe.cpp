// How the directory stores passwords: seen at one whose password nobody knows (P6).
#include "directory/ldap_directory.hpp"
#include "directory/parts.hpp"
#include "directory/staging_probe.hpp"
#include "directory/stored_password.hpp"

namespace portal {

using directory::Answer;
using directory::Attributes;
using directory::Connection;
using directory::Deadline;
using directory::Outcome;

namespace {

/// One name for ever: the access rules give the service account the right to read this one's hash.
constexpr const char* kUid = "portald-hash-probe";

Result<std::optional<PasswordStorage>> look(Connection& connection, const std::string& dn,
                                            const Deadline& deadline) {
  const Attributes attributes = {
      {"objectClass", {"top", "person", "organizationalPerson", "inetOrgPerson"}},
      {"uid", {kUid}},
      {"cn", {"portald probe"}},
      {"sn", {"probe"}}};
  const Answer added = connection.add(dn, attributes, deadline);
  if (!added.succeeded() && added.outcome() != Outcome::already_exists)
    return fail(added.error("make the probe of password storage"));
  const Answer set = connection.set_password(dn, directory::probe_password(), deadline);
  if (!set.succeeded()) return fail(set.error("set the probe's password"));
  const Answer read = connection.search({.base = dn, .attributes = {"userPassword"}}, deadline);
  if (!read.succeeded()) return fail(read.error("read the probe's entry"));
  const std::string* stored =
      read.entries.empty() ? nullptr : read.entries.front().find("userPassword");
  if (stored == nullptr) return std::nullopt;
  return directory::parse_stored_password(*stored);
}

}  // namespace

Result<std::optional<PasswordStorage>> LdapDirectory::password_storage() {
  const Result<std::string> dn = parts_->staged_dn(kUid);
  if (!dn) return fail(dn.error());
  const Deadline deadline = parts_->deadline();
  using Storage = Result<std::optional<PasswordStorage>>;
  return with_connection(parts_->service(), deadline, [&](Connection& connection) -> Storage {
    Storage storage = look(connection, *dn, deadline);
    (void)connection.remove(*dn, deadline);  // the next one finds it otherwise
    if (storage || storage.error().code == Errc::unavailable) return storage;
    // Another node removed it meanwhile, or the rules are not made for it.
    storage.error().code = Errc::denied;
    return storage;
  });
}

}  // namespace portal
