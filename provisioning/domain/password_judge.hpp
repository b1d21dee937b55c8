#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "domain/ports/accounts.hpp"
#include "domain/ports/directory.hpp"
#include "domain/recent_binds.hpp"
#include "domain/refusal.hpp"
#include "domain/settings.hpp"
#include "domain/throttle.hpp"
#include "identity/source.hpp"

namespace portal {

class Attempts;
class Store;
class Transaction;

/// What came of a name and a password.
struct JudgedPassword {
  std::optional<Refusal> refusal;  ///< nothing: the password was right
  std::optional<Account> account;  ///< there is one if there is no refusal
  BindAnswer answer;               ///< what else the directory said to a right password
  bool needs_no_welcome = false;   ///< `welcome` would change nothing
};

/// Holds a password against the directory, wherever one is asked for. Wrong ones slow down by
/// (account, source), so that an outsider cannot lock the owner out (requirement T6); names that
/// nobody has are answered and slowed down alike (L5). Fewer wrong ones than the directory's own
/// limit reach it, whatever number of sources they come from, and the last of them are kept for
/// sources that the account has logged in from before.
///
/// So that this holds for several nodes at once, a password is noted as a wrong one before the
/// directory is asked, and forgotten if it was right. Only the first of an account at a node is
/// judged without that, as long as none is noted: the usual login is spared a write. So N nodes may
/// let strangers have N more than their share, for which the three that are kept make up as far as
/// N = 3. Thread-safe; blocks on directory and store.
class PasswordJudge {
 public:
  PasswordJudge(Store& store, Directory& directory, const Clock& clock, LoginSettings settings);

  /// Every refusal is in the audit log as `what`. An empty password is refused without asking (L1).
  JudgedPassword judge(std::string_view what, std::string_view typed_name, const Secret& password,
                       const Source& source);

  /// Whether the directory has let this account in a moment ago, with nothing to add; true once.
  bool has_just_accepted(const AccountId& account) { return recent_.take(account, clock_.now()); }

  /// In the transaction that grants: the account's wrong passwords from this source are forgotten,
  /// and the source is known from now on. What counts towards the directory's limit was forgotten
  /// when the password was right, as the directory did; by now others may have added to it.
  static Result<void> welcome(Transaction& transaction, const AccountId& account,
                              const Source& source, UtcTime now);

 private:
  /// What the store knows about a typed name before the directory is asked.
  struct Subject {
    std::optional<Account> account;
    std::string name;  ///< the account's id, or the canonical form of what was typed
    int tries_left = 0;
    int wrong_binds = 0;  ///< that the directory may count, with those that others judge now
    bool source_known = false;
    bool needs_no_welcome = false;
  };
  struct Try {
    std::string_view typed_name;
    const Source& source;
    UtcTime now;
    Subject subject;
    std::size_t ahead = 0;         ///< how many were judged here when the turn came
    std::optional<UtcTime> noted;  ///< under which moment it counts as wrong already
  };
  /// Why a password is refused, and whether that counts as a wrong one.
  struct Fault {
    RefusalReason reason;
    std::string_view why;
    bool counts = false;
  };

  Result<Subject> look_up(std::string_view typed_name, const Source& source, UtcTime now);
  std::optional<Fault> wait(const Turns::Turn& turn, Try& attempt, std::uint64_t wrong_before);
  std::optional<Fault> note_ahead(Try& attempt);
  Result<void> keep_bind(Attempts& attempts, const Try& attempt, bool was_wrong);
  Result<void> forgive_binds(const Try& attempt);
  std::optional<Fault> ask_directory(const std::optional<Account>& account, const Secret& password,
                                     BindAnswer& answer);
  Result<BindAnswer> bind(const Account& account, const Secret& password);
  Refusal note(std::string_view what, const Try& attempt, const Fault& fault);

  Store& store_;
  Directory& directory_;
  const Clock& clock_;
  LoginSettings settings_;
  Turns turns_;
  RecentBinds recent_;
};

}  // namespace portal
