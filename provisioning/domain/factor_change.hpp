#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>

#include "base/clock.hpp"
#include "base/keyring.hpp"
#include "base/secret.hpp"
#include "domain/factor_enrolment.hpp"
#include "domain/ports/sessions.hpp"
#include "domain/second_factor.hpp"

namespace portal {

class PasswordJudge;
class Store;

/// Who changes the second factor, and from where.
struct FactorChanger {
  const Session& session;  ///< found open just now
  Source source;
};

/// "choice", "number", "sms_code", "app_code".
std::string_view step_name(FactorEnrolment::Step step) noexcept;

/// What a page needs to show the step that a change stands at.
struct FactorChangeView {
  FactorEnrolment::Step step = FactorEnrolment::Step::choice;
  std::string phone_masked;  ///< sms_code
  std::string app_key;       ///< app_code: the seed in base32, in groups of four
  std::string app_uri;       ///< app_code: otpauth:// for the QR code
};

/// A person who is logged in changes the second factor, or the number of the phone (requirement
/// A3): the password and the present factor are shown again; then the new one is proven as at
/// registration, and takes the place of the old one in one step. One that is given up leaves the
/// old factor as it was (T8).
///
/// How far a change has come is kept by the browser, sealed for its session: there is nothing to
/// tidy away. It counts for half an hour, and as long as the account has the factor that was shown.
/// Thread-safe; blocks on the directory and the store.
class FactorChangeService {
 public:
  struct Neighbours {
    Store& store;
    PasswordJudge& passwords;
    const FactorEnrolments& enrolments;
    const TotpCodes& totp;
    const Keyring& keyring;
    const Clock& clock;
    const Portals& portals;
  };
  FactorChangeService(Neighbours neighbours, LoginSettings settings);

  /// How far it has come; for the browser's cookie. Letters, digits, '-', '_' and '.', at most
  /// 1 KiB.
  struct Kept {
    Secret state;
    FactorEnrolment::Step step;  ///< what comes next
  };
  /// The new factor counts, the other sessions are over (W4), a mail tells the owner (R12).
  struct Done {};
  using Step = Result<std::variant<Kept, Done, Refusal>>;

  /// Gets a code of the present factor on its way, if that is by SMS: nothing if one may now be
  /// asked for.
  Result<std::optional<Refusal>> call_factor(const FactorChanger& who);
  /// The password and the present factor's code, or a recovery code (A2).
  Step begin(const FactorChanger& who, const Secret& password, const Secret& code);
  /// Where a change stands; nothing if `state` is of none that counts.
  Result<std::optional<FactorChangeView>> view(const FactorChanger& who, const Secret& state);

  /// SMS or app; at any step, to choose again.
  Step choose(const FactorChanger& who, const Secret& state, FactorKind kind);
  /// The new number; also where its code is asked for, to correct it.
  Step give_phone(const FactorChanger& who, const Secret& state, const PhoneNumber& phone);
  /// Another SMS to the same number.
  Step resend(const FactorChanger& who, const Secret& state);
  /// The code of the new app or phone.
  Step confirm(const FactorChanger& who, const Secret& state, const Secret& code);

 private:
  /// A change under way, as it is sealed.
  struct Change {
    FactorId present;  ///< the factor that was shown
    UtcTime ends;
    FactorEnrolment next;
  };
  std::string sealed(const FactorChanger& who, const Change& change) const;
  std::optional<Change> opened(const FactorChanger& who, const Secret& state) const;

  FactorClaim claim_of(const FactorChanger& who) const;
  /// The account, if the change may still go on.
  Result<std::optional<Account>> owner_of(Transaction& transaction, const FactorChanger& who,
                                          const Change& change) const;
  /// One answer to what the change asks at `step`.
  Step take(const FactorChanger& who, const Secret& state, FactorEnrolment::Step step,
            const Secret& answer);
  Result<void> replace(Transaction& transaction, const FactorChanger& who, const Account& owner,
                       const Factor& factor, UtcTime now) const;

  Neighbours neighbours_;
  SecondFactor factors_;
};

}  // namespace portal
