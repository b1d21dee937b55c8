#pragma once

#include <chrono>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/function_ref.hpp"
#include "base/keyring.hpp"
#include "base/secret.hpp"
#include "domain/portals.hpp"
#include "domain/ports/directory.hpp"
#include "domain/ports/intents.hpp"
#include "domain/ports/password_resets.hpp"
#include "domain/refusal.hpp"
#include "domain/reset_code.hpp"
#include "domain/second_factor.hpp"
#include "domain/settings.hpp"
#include "identity/password_rules.hpp"

namespace portal {

class ResetAct;
class Store;
class TotpCodes;

/// What a page needs to show the step that a reset stands at.
struct ResetView {
  ResetStep step = ResetStep::mail_code;
  PortalId portal;
  std::string email;  ///< as typed
  int mail_resends_left = 0;
  std::chrono::seconds resend_in{0};     ///< until the next mail may be asked for
  FactorKind factor = FactorKind::totp;  ///< step factor
  std::string phone_masked;              ///< step factor, by SMS
  bool sms_sent = false;
};

/// A reset is on its way.
struct ResetBegun {
  Secret token;  ///< for the browser's cookie: the only key to this reset
};

/// The new password is not taken, for each of these reasons; nothing was changed.
struct ResetPasswordRefused {
  std::vector<PasswordFault> faults;
  std::optional<PasswordRefusal> by_directory;
};

/// A forgotten password: the code from the mail, the second factor, the new password (requirement
/// P4). Never the mail alone (A2); and nobody is logged in by it. As with registrations, every
/// method may be called at any time with any token: one that is not due changes nothing and answers
/// with the step that is (R8). Whoever has no account, or none that may enter, sees the same until
/// they give up: no code exists that could be right (L5, R14). Thread-safe; several processes may
/// work on one store.
class PasswordResetService {
 public:
  struct Neighbours {
    Store& store;
    Directory& directory;
    const TotpCodes& totp;
    const Keyring& keyring;
    const Clock& clock;
    const Portals& portals;
    const PasswordRules& password_rules;
  };
  PasswordResetService(Neighbours neighbours, LoginSettings login, ResetSettings settings = {});

  template <class... Others>
  using Outcome = Result<std::variant<ResetStep, Refusal, Others...>>;
  using Begun = Result<std::variant<ResetBegun, Refusal>>;

  /// Where the reset of this browser stands; nothing if the token is of none.
  Result<std::optional<ResetView>> view(const Secret& token);

  /// An address was typed. The mail with the code leaves at once, if the address has an account;
  /// throttled by address and by source, whether it has or not.
  Begun begin(const Portal& portal, const EmailAddress& email, Language language,
              const Source& source);
  /// An address and the code from a mail that an administrator has had sent (P5). What was wrong is
  /// not told, and wrong ones are throttled by address and by source, whether there is such a reset
  /// or not.
  Begun take_up(const Portal& portal, const EmailAddress& email, const Secret& code,
                Language language, const Source& source);

  /// Right: on to the second factor; an SMS leaves at once. Five wrong ones end the reset.
  Outcome<> confirm_mail(const Secret& token, const Secret& code, const Source& source);
  Outcome<> resend_mail(const Secret& token, const Source& source);

  /// Another SMS.
  Outcome<> call_factor(const Secret& token, const Source& source);
  /// The factor's code, or a recovery code (A1). Wrong ones count with those of logins (T5): the
  /// mail's code was what an outsider does not have (T6).
  Outcome<> confirm_factor(const Secret& token, const Secret& answer, const Source& source);

  /// `password` in any normalisation; judged by our rules (P1 to P3) and the directory's. Taken: a
  /// mail tells the owner (R12), every session of the account has ended (W4).
  Outcome<ResetPasswordRefused> change(const Secret& token, const Secret& password,
                                       const Source& source);

  /// Tells the owner of each reset that a crash or a lost answer left open: nobody can know which
  /// password counts. Those that may still be under way are left alone. Call it now and then.
  Result<void> settle();

 private:
  struct Holder {
    Account account;
    std::optional<Factor> factor;  ///< there is one
  };

  /// One thing that a person does, in one write transaction; `due` is the step at which it counts.
  Outcome<> act(std::string_view what, const Secret& token, ResetStep due, const Source& source,
                FunctionRef<Outcome<>(ResetAct&)> work);
  Result<std::optional<PasswordReset>> row_of(const Secret& token);
  /// The account of a reset, if it may enter now and has a factor.
  static Result<std::optional<Holder>> holder_of(Transaction& transaction, const AccountId& id);
  static FactorClaim claim_of(const PasswordReset& row, const Source& source);
  /// Whether the address or the source has asked for too much.
  Result<bool> is_flooding(Transaction& transaction, const EmailAddress& email,
                           const Source& source, UtcTime now) const;
  /// On to the second factor; gets an SMS on its way where that is the factor and may be.
  Outcome<> reach_factor(ResetAct& act);

  Result<std::vector<PasswordFault>> faults_of(const PasswordReset& row, const Secret& password);
  Result<void> tell_denial(const PasswordReset& row, const Source& source, std::string_view why);
  /// Writes the intent, and keeps every other request away from the row; `changing` is the row
  /// then.
  Outcome<> announce(const Secret& token, const Source& source, Intent& intent,
                     PasswordReset& changing);
  /// Back to the question for a password; ends the intent if nothing was changed for sure.
  Result<void> step_back(const PasswordReset& changing, const Source& source,
                         std::string_view outcome, std::string_view why, const Intent* ended);
  Result<void> conclude(const PasswordReset& changing, const Source& source);

  Neighbours neighbours_;
  ResetSettings settings_;
  SecondFactor factors_;
};

}  // namespace portal
