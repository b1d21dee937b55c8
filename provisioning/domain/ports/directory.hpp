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

/// What came of a change of password that a person asked for.
struct PasswordChange {
  enum class Outcome {
    taken,
    wrong_password,  ///< the current one; also where the directory has locked the entry, or has
                     ///< none
    expired,         ///< no login is left to change it with: only a reset helps
    refused,         ///< the new one, by the directory's policy: `refusal` says why
  };
  Outcome outcome = Outcome::wrong_password;
  std::optional<PasswordRefusal> refusal;
};

/// Somebody whose entry was there before the product was.
struct FoundPerson {
  DirectoryEntry entry;
  std::string uid;
  std::string mail;  ///< the address that was asked for, or else the first; may be empty
  std::string given_name;
  std::string family_name;
  std::optional<Language> language;  ///< nothing if the entry names none that we speak
};

/// What the directory says of an entry without being asked to check a password.
struct EntryStanding {
  enum class Place { absent, staged, people };
  Place place = Place::absent;
  std::string dn;  ///< empty if absent
  /// By wrong passwords or by an administrator, now; or outside the time in which it may be used.
  bool locked = false;
  /// By an administrator of the directory, for good. OpenLDAP's policy lifts that lock as well when
  /// a new password is set.
  bool locked_by_administrator = false;
  bool must_change = false;  ///< the password was reset and must be changed at the next login
  bool expired = false;      ///< the password has, and no grace login is left
  std::optional<std::chrono::seconds> expires_in = {};  ///< the password, by its age; not if it has
};

/// The directory's own limits on passwords, for everybody whose entry has no policy of its own.
struct PasswordLimits {
  bool locks = false;                   ///< whether wrong passwords lock an entry at all
  int wrong_to_lock = 0;                ///< 0: any number is allowed
  std::chrono::seconds counted_for{0};  ///< how long a wrong one counts; 0: until a right one
  std::chrono::seconds locked_for{0};   ///< 0: until an administrator unlocks
  std::chrono::seconds max_age{0};      ///< of a password; 0: for ever
};

/// How the directory stores a password that it is given now.
struct PasswordStorage {
  std::string scheme;  ///< "argon2id", or as the directory calls it: "{SSHA}"; "clear text"
  int memory_kib = 0;  ///< of Argon2, else 0
  int passes = 0;      ///< of Argon2, else 0
};

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
  /// RFC 3062 in the person's own name, with the password that they have: so the directory's policy
  /// speaks in full (history, quality, least age). Works where the password must be changed, or
  /// where a grace login is left. An empty `next` is refused as too short, an empty `current` is
  /// wrong, without asking (L1); both are sent as they are, so in NFC (P2).
  /// Fails: denied (the directory lets nobody change), unavailable (it was not changed, or the
  /// answer was lost and either password may be the right one).
  virtual Result<PasswordChange> change_password(std::string_view dn, const Secret& current,
                                                 const Secret& next) = 0;
  /// Moves a staged entry among the people by ModifyDN (deleteoldrdn 0). Nothing to do if it is
  /// there. Fails: not_found, unavailable, denied, conflict.
  virtual Result<DirectoryEntry> admit(std::string_view entry_uuid) = 0;
  /// Where an entry is now; nothing if it is nowhere. Fails: unavailable.
  virtual Result<std::optional<DirectoryEntry>> locate(std::string_view entry_uuid) = 0;
  /// Whether an entry could be used to log in, without a bind: for logins by public key (M4). The
  /// provider's word: a lock that only a replica has counted is not seen.
  /// Fails: unavailable, denied (the service account may not read the entry).
  virtual Result<EntryStanding> standing(std::string_view entry_uuid) = 0;
  /// Removes the entry that `stage` made for this account from the staging subtree, never from
  /// elsewhere; nothing to do if there is none. By account, because a crash right after `stage`
  /// leaves an entry whose entryUUID nobody has noted. Fails: unavailable, denied.
  virtual Result<void> discard(const AccountId& account) = 0;
  /// Whether an entry among the people has this address. Fails: unavailable.
  virtual Result<bool> has_address(const EmailAddress& email) = 0;

  /// The entry among the people whose uid or mail is `name`, to adopt it; nothing if there is none.
  /// What is in the entry was written by others and is not parsed (L2). Fails: conflict (several
  /// have this name), unavailable, denied.
  virtual Result<std::optional<FoundPerson>> find_person(std::string_view name) = 0;

  /// Nothing if the directory has no policy that the service account may read. Fails: unavailable.
  virtual Result<std::optional<PasswordLimits>> limits() = 0;

  /// Makes a probe entry in staging and looks at what became of its password, which nobody knows.
  /// Nothing if the service account may not see that: it reads no other's. Fails: unavailable,
  /// denied.
  virtual Result<std::optional<PasswordStorage>> password_storage() = 0;

  /// Makes a probe entry in staging and sees whether it can bind or be found by others: then the
  /// directory's access rules are unsafe. Fails: denied (unsafe, or the service account has too few
  /// rights: the detail says which), unavailable.
  virtual Result<void> prove_staging_is_safe() = 0;
};

}  // namespace portal
