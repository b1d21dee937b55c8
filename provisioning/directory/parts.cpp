#include "directory/parts.hpp"

#include <algorithm>

#include "directory/dn.hpp"
#include "directory/escaping.hpp"
#include "directory/password_policy.hpp"
#include "directory/probe_entries.hpp"

namespace portal {

using directory::Answer;
using directory::Connection;
using directory::Connector;
using directory::Deadline;
using directory::Endpoint;
using directory::FoundEntry;
using directory::Outcome;
using directory::PoolSettings;
using directory::Scope;
using directory::Search;

namespace {

std::vector<Connector> connectors(const std::vector<Endpoint>& endpoints,
                                  const LdapSettings& settings) {
  std::vector<Connector> all;
  all.reserve(endpoints.size());
  for (const Endpoint& endpoint : endpoints) all.emplace_back(endpoint, settings.ca_file);
  return all;
}

PoolSettings pool_settings(const LdapSettings& settings) {
  return {settings.pool_size, settings.connect_timeout, settings.retry_pause};
}

/// RFC 4530: hexadecimal digits and four dashes. What is not one is nobody's.
bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const char c = text[i];
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (dash ? c != '-' : !hex) return false;
  }
  return true;
}

}  // namespace

LdapDirectory::Parts::Parts(LdapSettings settings, const std::vector<Endpoint>& logins,
                            const std::vector<Endpoint>& provider)
    : settings_(std::move(settings)),
      logins_(connectors(logins, settings_), pool_settings(settings_), nullptr),
      service_(connectors(provider, settings_), pool_settings(settings_),
               [this](Connection& connection, const Deadline& deadline) {
                 return introduce(connection, deadline);
               }),
      witness_uid_(directory::new_probe_uid()) {
  const auto same = [](const Endpoint& a, const Endpoint& b) { return a.uri == b.uri; };
  if (!std::equal(logins.begin(), logins.end(), provider.begin(), provider.end(), same))
    provider_logins_.emplace(connectors(provider, settings_), pool_settings(settings_), nullptr);
}

Result<void> LdapDirectory::Parts::introduce(Connection& connection,
                                             const Deadline& deadline) const {
  const Answer answer = connection.bind(settings_.bind_dn, settings_.password, deadline);
  const Result<BindAnswer> judged =
      directory::judge_bind(answer.code, answer.policy, answer.diagnostic);
  if (!judged) return fail(judged.error());
  switch (judged->verdict) {
    case BindAnswer::Verdict::accepted: return {};
    case BindAnswer::Verdict::wrong_password:
      return fail(Errc::denied, "directory: the service account's name or password is wrong");
    case BindAnswer::Verdict::must_change:
    case BindAnswer::Verdict::expired:
      return fail(Errc::denied, "directory: the service account's password has expired");
    case BindAnswer::Verdict::locked:
      return fail(Errc::denied, "directory: the service account is locked");
  }
  return fail(Errc::internal, "directory: a verdict without a meaning");
}

Result<std::string> LdapDirectory::Parts::staged_dn(std::string_view account) const {
  Result<std::string> name = directory::escaped_for_dn(account);
  if (!name) return fail(std::move(name).error());
  return "uid=" + *name + "," + settings_.staging_base;
}

Result<DirectoryEntry> LdapDirectory::Parts::read_entry(const FoundEntry& found) const {
  const std::string* uuid = found.find("entryUUID");
  if (uuid == nullptr || !is_uuid(*uuid))
    return fail(Errc::denied,
                "directory: the service account may not read entryUUID of " + found.dn);
  return DirectoryEntry{*uuid, found.dn, directory::is_within(found.dn, settings_.staging_base)};
}

Result<DirectoryEntry> LdapDirectory::Parts::entry_at(Connection& connection, const std::string& dn,
                                                      const Deadline& deadline) const {
  const Answer answer =
      connection.search({.base = dn, .scope = Scope::base, .attributes = {"entryUUID"}}, deadline);
  if (!answer.succeeded()) return fail(answer.error("read " + dn));
  if (answer.entries.size() != 1)
    return fail(Errc::denied, "directory: the service account may not read " + dn);
  return read_entry(answer.entries.front());
}

Result<std::optional<DirectoryEntry>> LdapDirectory::Parts::find(Connection& connection,
                                                                 std::string_view entry_uuid,
                                                                 const Deadline& deadline) const {
  // Staging first: entries move from there to the people and never back, so one that moves between
  // the two searches is seen twice rather than not at all.
  for (const std::string& base : {settings_.staging_base, settings_.people_base}) {
    const auto found =
        find_below(connection, base, entry_uuid, deadline, {.attributes = {"entryUUID"}});
    if (!found) return fail(found.error());
    if (!*found) continue;
    Result<DirectoryEntry> entry = read_entry(**found);
    if (!entry) return fail(std::move(entry).error());
    return std::optional(std::move(*entry));
  }
  return std::nullopt;
}

Result<std::optional<FoundEntry>> LdapDirectory::Parts::find_below(Connection& connection,
                                                                   const std::string& base,
                                                                   std::string_view entry_uuid,
                                                                   const Deadline& deadline,
                                                                   Search search) const {
  if (!is_uuid(entry_uuid)) return std::nullopt;
  search.base = base;
  search.scope = Scope::subtree;
  search.filter = "(entryUUID=" + std::string(entry_uuid) + ")";
  Answer answer = connection.search(search, deadline);
  if (!answer.succeeded()) return fail(answer.error("find an entry below " + base));
  if (answer.entries.empty()) return std::nullopt;
  if (answer.entries.size() > 1)
    return fail(Errc::internal, "directory: two entries with one entryUUID below " + base);
  return std::optional(std::move(answer.entries.front()));
}

}  // namespace portal
