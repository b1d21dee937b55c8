#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "directory/ldap_directory.hpp"
#include "directory/policy.hpp"
#include "directory/pool.hpp"
#include "directory/recent_writes.hpp"

namespace portal {

/// What an LdapDirectory is made of, and the steps that several of its operations share.
class LdapDirectory::Parts {
 public:
  /// `settings` are checked, `logins` and `provider` are not empty.
  Parts(LdapSettings settings, const std::vector<directory::Endpoint>& logins,
        const std::vector<directory::Endpoint>& provider);

  directory::Deadline deadline() const {
    return directory::Deadline::after(settings_.operation_timeout);
  }
  const LdapSettings& settings() const noexcept { return settings_; }

  /// Connections on which people bind: to any server, or to the provider.
  directory::Pool& logins() noexcept { return logins_; }
  directory::Pool& provider_logins() noexcept {
    return provider_logins_ ? *provider_logins_ : logins_;
  }
  /// Connections on which the service account has bound, to the provider.
  directory::Pool& service() noexcept { return service_; }
  directory::RecentWrites& recent_writes() noexcept { return recent_writes_; }

  /// The start-up proofs of one daemon use one name among the people, one after the other: where
  /// the access rules forbid its removal, one entry stays for each start, and not one for each
  /// proof.
  std::mutex& one_proof() noexcept { return one_proof_; }
  const std::string& witness_uid() const noexcept { return witness_uid_; }

  /// "uid=<account>,<staging>". Fails: malformed.
  Result<std::string> staged_dn(std::string_view account) const;

  /// What came with its entryUUID. Fails: denied (it did not).
  Result<DirectoryEntry> read_entry(const directory::FoundEntry& found) const;
  /// The one entry at `dn`. Fails: not_found, and as the search does.
  Result<DirectoryEntry> entry_at(directory::Connection& connection, const std::string& dn,
                                  const directory::Deadline& deadline) const;
  /// The one entry with this entryUUID, in staging or among the people.
  Result<std::optional<DirectoryEntry>> find(directory::Connection& connection,
                                             std::string_view entry_uuid,
                                             const directory::Deadline& deadline) const;
  /// The one entry below `base` with this entryUUID, with what `search` asks for.
  Result<std::optional<directory::FoundEntry>> find_below(directory::Connection& connection,
                                                          const std::string& base,
                                                          std::string_view entry_uuid,
                                                          const directory::Deadline& deadline,
                                                          directory::Search search) const;

  /// The password policy of an entry that came with its pwdPolicySubentry, kept for some minutes.
  /// Nothing if it is not known or may not be read.
  std::optional<directory::Policy> policy_of(directory::Connection& connection,
                                             const directory::FoundEntry& entry,
                                             const directory::Deadline& deadline);
  std::optional<directory::Policy> policy_at(directory::Connection& connection,
                                             const std::string& dn,
                                             const directory::Deadline& deadline);

 private:
  Result<void> introduce(directory::Connection& connection,
                         const directory::Deadline& deadline) const;

  LdapSettings settings_;
  directory::Pool logins_;
  std::optional<directory::Pool> provider_logins_;  ///< nothing if they are the same servers
  directory::Pool service_;
  std::mutex one_proof_;
  const std::string witness_uid_;
  directory::RecentWrites recent_writes_{std::chrono::minutes(5)};
  directory::PolicyCache policies_{std::chrono::minutes(5)};
};

}  // namespace portal
