#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "domain/portals.hpp"
#include "domain/ports/accounts.hpp"
#include "domain/ports/audit.hpp"
#include "domain/ports/people.hpp"
#include "domain/ports/registrations.hpp"
#include "domain/ports/sessions.hpp"
#include "domain/settings.hpp"

namespace portal {

class Directory;
class Store;
class Transaction;

/// A fresh code for the letter printer; the only moment at which it can be read.
struct IssuedCode {
  PersonId person;
  std::string given_name;
  std::string family_name;
  PortalId portal;
  ActivationCode code;
  UtcTime expires;
};

/// Everything there is to show about an account.
struct AccountDetails {
  Account account;
  Person person;
  std::vector<Membership> memberships;
  std::optional<FactorKind> factor;
  std::string factor_hint;  ///< "+41 •• ••• •• 67", or empty
};

/// All that is kept about a person and can be found by their account (requirement J5), but for what
/// proves who they are: codes and keys go to nobody. Nor is there what nobody can read back, keyed
/// hashes of what was tried, and messages that are on their way.
struct PersonalData {
  AccountDetails details;
  std::string phone;  ///< the second factor's number, whole; empty without one
  std::optional<UtcTime> factor_since;
  int recovery_codes_left = 0;
  std::vector<TermsAcceptance> terms;
  std::vector<Letter> letters;
  std::vector<Session> sessions;  ///< the open ones, and those that ended in the last 90 days
  std::vector<Registration> registrations;  ///< those that are still held, without their keys
  std::vector<AuditRecord> records;  ///< of the person, the account, and what it was to be before
};

/// What an erased account leaves behind in the directory, which is not ours to clear.
struct LeftEntry {
  std::string dn;
  std::string entry_uuid;
};

/// Whether the audit log is as it was written.
struct AuditVerdict {
  std::int64_t first_broken = 0;  ///< number of the first record that does not follow; 0: none
  std::int64_t records = 0;       ///< so many hold together, from the first on
  std::string last_hash;          ///< of the last of them, hex; empty if there is none
};

/// Who acts, for the audit log: "uid 0".
struct Administrator {
  std::string name;
  Source source;
};

/// What an administrator may do. Every act is audited with its actor (requirement J2). Thread-safe.
class AdministrationService {
 public:
  AdministrationService(Store& store, Directory& directory, const Clock& clock,
                        const Portals& portals, RegistrationSettings settings);

  /// A new code for one person and portal; the one before is dead. Fails: not_found.
  Result<IssuedCode> issue_code(const AhvNumber& ahv, const PortalId& portal,
                                const AudienceId& audience, const Administrator& by);

  /// By account id, e-mail address or login name; `form` tells the audit log how much of the person
  /// will be seen ("masked", "identity"; requirement J2). Fails: not_found.
  Result<AccountDetails> show(std::string_view name, std::string_view form,
                              const Administrator& by);
  Result<std::vector<Account>> list(const AccountId& after, int limit, const Administrator& by);
  Result<void> lock(std::string_view name, const Administrator& by);
  /// Also forgets the wrong codes that blocked it; slow-downs by wrong passwords end by themselves.
  Result<void> unlock(std::string_view name, const Administrator& by);
  /// Takes an account out of use, and ends all sessions; `enable` brings it back. Fails: not_found,
  /// conflict (it is not active).
  Result<void> disable(std::string_view name, const Administrator& by);
  /// Fails: not_found, conflict (it is not disabled).
  Result<void> enable(std::string_view name, const Administrator& by);
  /// For the person who asks what is kept about them (requirement J5).
  Result<PersonalData> export_data(std::string_view name, const Administrator& by);
  /// Removes the person, and all that is kept about them but: the audit log, in which they are ids
  /// that belong to nobody any more, with where they came from (requirements J3, J5); keyed hashes
  /// of AHV number, telephone number and addresses by which tries are counted, or a letter's tries
  /// could be had anew, until housekeeping forgets them after 400 days; and for 30 days that a
  /// message was sent, without its contents. What an abandoned registration has staged is removed
  /// within minutes. Fails: not_found, conflict (the account is not disabled; a login on a host, a
  /// registration or a change of the directory has not ended; a message is on its way). A login on
  /// a host that has not been ended for a day is not waited for: the host is gone.
  Result<LeftEntry> erase(std::string_view name, const Administrator& by);
  /// Removes the second factor with its recovery codes, tells the person by mail (R12), and ends
  /// all sessions; the person needs a new letter (A2).
  Result<void> reset_factor(std::string_view name, const Administrator& by);
  /// Lets somebody without a second factor set one up at the next login through PAM, within a week.
  /// Somebody whom only the directory knows gets an account: with the uid of the entry as the login
  /// name, and no membership of a portal. Fails: not_found, conflict (they have a factor; several
  /// entries have this name), malformed (the entry has no address or name that could be one of
  /// ours), unavailable.
  Result<void> allow_enrolment(std::string_view name, const Administrator& by);
  /// Has the mail sent that begins a reset of the password, good for a day; the code in it is shown
  /// to nobody else, and nothing ends before the person has come by it (requirement P5). One that
  /// was started before is dead. Fails: not_found, conflict (the account may not enter, or has no
  /// second factor).
  Result<void> start_reset(std::string_view name, const Administrator& by);
  Result<std::vector<Session>> sessions(std::string_view name, const Administrator& by);
  Result<void> end_session(const SessionId& id, const Administrator& by);
  Result<std::vector<AuditRecord>> audit(std::int64_t after, int limit, const Administrator& by);
  /// Walks the whole chain (requirement J3). A log whose end was cut off still holds together: keep
  /// `records` and `last_hash` elsewhere, and compare them with record number `records` later.
  Result<AuditVerdict> verify_audit(const Administrator& by);

 private:
  Result<void> open_enrolment(Transaction& transaction, const Account& account,
                              const Administrator& by);

  Store& store_;
  Directory& directory_;
  const Clock& clock_;
  const Portals& portals_;
  RegistrationSettings settings_;
};

}  // namespace portal
