#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "identity/email_address.hpp"
#include "identity/id.hpp"
#include "identity/language.hpp"

namespace portal {

/// What a half-registered person's entry is made of.
struct StagedPerson {
  AccountId account;  ///< names the entry
  std::string given_name;
  std::string family_name;
  EmailAddress email;
  Language language = Language::fr;
};

struct DirectoryEntry {
  std::string entry_uuid;
  std::string dn;
  bool staged = false;  ///< in the staging subtree, not among the people
};

/// What the directory said to a name and a password, beyond yes and no.
struct BindAnswer {
  enum class Verdict {
    accepted,
    wrong_password,  ///< or no such entry; the two are not told apart
    must_change,     ///< right, but the password must be changed first (ppolicy changeAfterReset)
    expired,         ///< right or not, the password has expired
    locked,          ///< the directory's own lockout
  };
  Verdict verdict = Verdict::wrong_password;
  std::optional<std::chrono::seconds> expires_in;  ///< ppolicy's warning
  std::optional<int> grace_logins_left;
};

/// Why the directory's policy refused a new password.
enum class PasswordRefusal { too_short, too_weak, in_history, too_young, other };

/// The company's directory, as far as the product needs it. Owns who a person is and the password.
/// Thread-safe; calls block, at most the configured timeout. Writes go to the provider.
class Directory {
 public:
  virtual ~Directory() = default;

  /// Checks a password. An empty one is refused without asking (requirement L1); only LDAP_SUCCESS
  /// is acceptance (L4). Fails: unavailable.
  virtual Result<BindAnswer> bind(std::string_view dn, const Secret& password) = 0;
  /// As `bind` for a name that is nowhere: it costs and fails alike, and never accepts (L5).
  /// Fails: unavailable.
  virtual Result<BindAnswer> bind_nobody(const Secret& password) = 0;

  /// Makes the entry in the staging subtree, or changes it if this account already has one there.
  /// Fails: unavailable, denied.
  virtual Result<DirectoryEntry> stage(const StagedPerson& person) = 0;
  /// Sets the address of a staged entry. One that is among the people is left as it is, and none is
  /// made. Fails: not_found, unavailable, denied.
  virtual Result<void> set_staged_address(std::string_view entry_uuid,
                                          const EmailAddress& email) = 0;
  /// RFC 3062; nothing if it was taken, else the directory's reason. Fails: unavailable, denied.
  virtual Result<std::optional<PasswordRefusal>> set_password(std::string_view dn,
                                                              const Secret& password) = 0;
  /// Moves a staged entry among the people by ModifyDN (deleteoldrdn 0). Nothing to do if it is
  /// there. Fails: not_found, unavailable, denied, conflict.
  virtual Result<DirectoryEntry> admit(std::string_view entry_uuid) = 0;
  /// Where an entry is now; nothing if it is nowhere. Fails: unavailable.
  virtual Result<std::optional<DirectoryEntry>> locate(std::string_view entry_uuid) = 0;
  /// Removes the entry that `stage` made for this account from the staging subtree, never from
  /// elsewhere; nothing to do if there is none. By account, because a crash right after `stage`
  /// leaves an entry whose entryUUID nobody has noted. Fails: unavailable, denied.
  virtual Result<void> discard(const AccountId& account) = 0;
  /// Whether an entry among the people has this address. Fails: unavailable.
  virtual Result<bool> has_address(const EmailAddress& email) = 0;

  /// Makes a probe entry in staging and sees whether it can bind or be found by others: then the
  /// directory's access rules are unsafe. Fails: denied (unsafe, or the service account has too few
  /// rights: the detail says which), unavailable.
  virtual Result<void> prove_staging_is_safe() = 0;
};

}  // namespace portal
