#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "domain/portals.hpp"
#include "domain/ports/accounts.hpp"
#include "domain/refusal.hpp"
#include "domain/sent_code.hpp"
#include "domain/settings.hpp"
#include "identity/recovery_code.hpp"
#include "identity/source.hpp"

namespace portal {

class TotpCodes;
class Transaction;

/// Who must show the second factor, and where.
struct FactorClaim {
  AccountId account;               ///< empty: nobody who may enter, for whom no code is right
  std::string service;             ///< binds SMS codes (requirement S1)
  std::optional<PortalId> portal;  ///< web: sends the SMS in its name
  Source source;
  Language language = Language::fr;
  std::string counted_under;  ///< the key of wrong codes: the account's id after a right password
  bool takes_recovery_codes = true;
};

/// What a code that is sent for `claim` is good for (requirement S1).
ChallengeScope scope_of(const FactorClaim& claim, ChallengePurpose purpose);
/// What a code that was sent by `factor` is good for: nothing any more once another has taken its
/// place (A3), or whoever has the old telephone could still use the last code.
ChallengeScope login_scope(const AccountId& account, std::string_view service,
                           const Factor& factor);

/// The SMS that carries a code for `claim`, good for `scope`, to `phone`.
SmsCode sms_for(const FactorClaim& claim, ChallengeScope scope, const Portals& portals,
                const PhoneNumber& phone, std::chrono::minutes lifetime);

/// What came of an answer at a code prompt.
struct JudgedCode {
  std::optional<RefusalReason> refused;  ///< nothing: the code was right, and is used up
  std::string_view why;                  ///< for the audit log
  std::string_view by;                   ///< what was shown: "totp", "sms", "recovery"
};

/// The second factor, wherever one is asked for. Each call works inside the caller's transaction,
/// which writes the audit event too; so a code is used up before it is answered (requirements T4,
/// S1) and wrong ones are counted (T5). Thread-safe.
class SecondFactor {
 public:
  SecondFactor(const TotpCodes& totp, const Portals& portals, LoginSettings settings);

  /// Gets a code on its way where the factor needs that: nothing if one may now be asked for, else
  /// why not (too many wrong codes before, or an SMS budget is used up; S2).
  Result<std::optional<RefusalReason>> call(Transaction& transaction, const FactorClaim& claim,
                                            const Factor& factor, UtcTime now) const;

  /// Judges an answer; `factor` is the account's. A recovery code counts as well, once (A1), and
  /// its owner gets a mail that tells how many are left. What has no code's form is wrong but no
  /// guess.
  Result<JudgedCode> judge(Transaction& transaction, const FactorClaim& claim,
                           const std::optional<Factor>& factor, const Secret& answer,
                           UtcTime now) const;

  /// For codes that are judged elsewhere and count with these (T5): whether none is looked at now,
  /// and another wrong one.
  Result<bool> is_blocked(Transaction& transaction, const FactorClaim& claim, UtcTime now) const;
  Result<void> count_wrong(Transaction& transaction, const FactorClaim& claim, UtcTime now) const;

 private:
  Result<std::optional<RefusalReason>> burn(Transaction& transaction, const FactorClaim& claim,
                                            const Factor& factor, const Secret& code,
                                            UtcTime now) const;

  Result<JudgedCode> judge_recovery(Transaction& transaction, const FactorClaim& claim,
                                    const RecoveryCode& code, UtcTime now) const;
  Result<JudgedCode> refuse(Transaction& transaction, const FactorClaim& claim, JudgedCode judged,
                            UtcTime now) const;

  const TotpCodes& totp_;
  const Portals& portals_;
  LoginSettings settings_;
};

}  // namespace portal
