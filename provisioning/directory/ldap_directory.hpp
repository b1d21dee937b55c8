#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "domain/ports/directory.hpp"

namespace portal {

/// Where the directory is and who we are there.
struct LdapSettings {
  /// Servers that may answer a login, the preferred one first: `ldapi://%2Frun%2Fslapd%2Fldapi`,
  /// `ldaps://host[:port]`, or `ldap://host[:port]` with `start_tls`. A replica may stand here.
  std::vector<std::string> uris;
  /// Servers that take writes, the preferred one first. Empty: the same as `uris`.
  std::vector<std::string> provider_uris;
  /// Ask for TLS on `ldap://` before anything else is said. Without it `ldap://` is refused
  /// (requirement L3).
  bool start_tls = false;
  /// The certificate authorities that the servers' certificates are verified against, PEM. Wanted
  /// as soon as one server is not on `ldapi`; the host's own list is never used by accident.
  std::filesystem::path ca_file;

  /// The service account, never the rootdn (it stands above access rules and password policy).
  std::string bind_dn;
  Secret password;

  /// The subtree of those who may log in, and the subtree of the half-registered. Neither inside
  /// the other.
  std::string people_base;
  std::string staging_base;
  /// The entry of the password policy of those whose own entry names none (pwdPolicySubentry): what
  /// slapd has as ppolicy_default, which a client cannot ask it for. Empty: not known.
  std::string policy_dn;

  /// For one server: name look-up, connection, TLS and the service account's bind. 100 ms to 4 s.
  std::chrono::milliseconds connect_timeout{2000};
  /// For a whole call, with all its connections, requests and retries. 200 ms to 4.5 s.
  std::chrono::milliseconds operation_timeout{4000};
  /// How long a server that failed is passed over for the next one in the list.
  std::chrono::milliseconds retry_pause{30000};
  /// Kept-open connections for logins, and as many again for the service account. 1 to 64.
  std::size_t pool_size = 8;
};

/// The directory by LDAP version 3 (RFC 4511), tested against OpenLDAP 2.5.
///
/// Thread-safe: each connection serves one thread at a time. Raises no SIGPIPE.
/// No setting of the host's ldap.conf or of a user's .ldaprc has any influence.
class LdapDirectory final : public Directory {
 public:
  /// Checks the settings and remembers them; talks to no server, so that a daemon can start while
  /// its directory is down. Fails: malformed (a setting is missing, wrong, or would send a password
  /// in clear: the detail names it).
  static Result<std::unique_ptr<LdapDirectory>> open(LdapSettings settings);
  ~LdapDirectory() override;

  /// A DN that was written in the last minutes is asked for at the provider, which knows it before
  /// a replica does. Fails: unavailable; denied (the server takes no simple binds from us).
  Result<BindAnswer> bind(std::string_view dn, const Secret& password) override;
  Result<BindAnswer> bind_nobody(const Secret& password) override;
  /// Empty names become "-": the schema wants a family name. Fails: unavailable, denied (also when
  /// the directory cannot hold the address: `mail` is ASCII).
  Result<DirectoryEntry> stage(const StagedPerson& person) override;
  Result<void> set_staged_address(std::string_view entry_uuid, const EmailAddress& email) override;
  /// An empty password is refused as too short without asking: RFC 3062 would make the server
  /// invent one. A staged entry may be given the password it has already. Fails: unavailable,
  /// denied.
  Result<std::optional<PasswordRefusal>> set_password(std::string_view dn,
                                                      const Secret& password) override;
  /// At the provider, on a connection for logins, which is bound as nobody afterwards. The entry
  /// needs the right to write its own userPassword ("by self =xw").
  Result<PasswordChange> change_password(std::string_view dn, const Secret& current,
                                         const Secret& next) override;
  Result<DirectoryEntry> admit(std::string_view entry_uuid) override;
  Result<std::optional<DirectoryEntry>> locate(std::string_view entry_uuid) override;
  /// One search for operational attributes and for the server's own judgement (the control
  /// accountUsability), which it gives to who may compare userPassword.
  Result<EntryStanding> standing(std::string_view entry_uuid) override;
  Result<void> discard(const AccountId& account) override;
  Result<bool> has_address(const EmailAddress& email) override;
  Result<std::optional<FoundPerson>> find_person(std::string_view name) override;
  /// Of the policy at `policy_dn`; as it was at most five minutes ago.
  Result<std::optional<PasswordLimits>> limits() override;
  Result<std::optional<PasswordStorage>> password_storage() override;
  Result<void> prove_staging_is_safe() override;

  class Parts;  ///< opaque; for this folder

 private:
  explicit LdapDirectory(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace portal
