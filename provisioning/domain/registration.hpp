#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/function_ref.hpp"
#include "base/keyring.hpp"
#include "domain/portals.hpp"
#include "domain/ports/directory.hpp"
#include "domain/ports/intents.hpp"
#include "domain/ports/registrations.hpp"
#include "domain/refusal.hpp"
#include "domain/settings.hpp"
#include "identity/activation_code.hpp"
#include "identity/ahv_number.hpp"
#include "identity/birth_date.hpp"
#include "identity/source.hpp"

namespace portal {

class RegistrationAct;
class Store;
class TotpCodes;

/// What a page needs to show the step that a registration stands at.
struct RegistrationView {
  RegistrationStep step = RegistrationStep::credentials;
  PortalId portal;
  AudienceId audience;
  std::string email;         ///< as typed, from step 2 on
  std::string phone_masked;  ///< from step 4b on
  std::string user_name;     ///< done: what to log in with
  std::string app_key;       ///< app_code: the seed in base32, in groups of four
  std::string app_uri;       ///< app_code: otpauth:// for the QR code
  int mail_resends_left = 0;
  std::chrono::seconds resend_in{0};  ///< until the next mail or SMS may be asked for
};

/// Step 1 went well.
struct Identified {
  Secret token;           ///< for the browser's cookie: the only key to this registration
  RegistrationStep step;  ///< credentials, or log_in for a second letter
};

/// The new password breaks these rules; nothing was changed.
struct PasswordFaults {
  std::vector<PasswordFault> faults;
  bool by_directory = false;  ///< the directory's own policy refused it
};

/// Registration, steps 1 to 6 of DESIGN.md section 1, one method for each thing that a person can
/// do. Every method may be called at any time with any token: one that is not due changes nothing
/// and answers with the step that is (requirement R8), so reload, back button and a second tab do
/// no harm. Thread-safe; several processes may work on one store.
class RegistrationService {
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
  RegistrationService(Neighbours neighbours, RegistrationSettings settings);

  /// The person got on to this step.
  using Next = RegistrationStep;
  template <class... Others>
  using Outcome = Result<std::variant<Next, Refusal, Others...>>;

  struct IdentityClaim {
    const AhvNumber& ahv;
    const BirthDate& born;
    const ActivationCode& code;
  };

  /// Where the registration of this browser stands; nothing if the token is of none.
  Result<std::optional<RegistrationView>> view(const Secret& token);

  /// Step 1. All three data must match one letter of this portal and audience; nothing tells which
  /// was wrong, unknown persons are throttled alike (R6, R7). Ends every other open registration of
  /// the person. Terms that were shown are accepted by this call (R9).
  Result<std::variant<Identified, Refusal>> identify(const Portal& portal,
                                                     const AudienceId& audience,
                                                     const IdentityClaim& claim, Language language,
                                                     const Source& source);

  /// Step 2. `password` in any normalisation. The mail with the code leaves at once; an address in
  /// use looks the same, and its owner is told (R14).
  Outcome<PasswordFaults> choose_credentials(const Secret& token, const EmailAddress& email,
                                             const Secret& password, const Source& source);
  /// Step 3.
  Outcome<> confirm_mail(const Secret& token, const Secret& code, const Source& source);
  Outcome<> resend_mail(const Secret& token, const Source& source);
  /// Step 3: "wrong address?" The password stays.
  Outcome<> correct_address(const Secret& token, const EmailAddress& email, const Source& source);

  /// Step 4a; also from 4b, 5a and 5b, to choose again.
  Outcome<> choose_factor(const Secret& token, FactorKind kind, const Source& source);
  /// Back to step 4a.
  Outcome<> reconsider_factor(const Secret& token, const Source& source);
  /// Step 4b; also from 5a, to correct the number. The SMS leaves at once.
  Outcome<> give_phone(const Secret& token, const PhoneNumber& phone, const Source& source);
  Outcome<> resend_sms(const Secret& token, const Source& source);
  /// Step 5a: right means done, the account is active.
  Outcome<> confirm_sms(const Secret& token, const Secret& code, const Source& source);
  /// Step 5b: right means done, the account is active.
  Outcome<> confirm_app(const Secret& token, const Secret& code, const Source& source);

  /// A second letter: `account` has just logged in with both factors. Adds the membership and uses
  /// the letter up if the registration is of the same person; else refuses.
  Outcome<> join(const RegistrationId& registration, const AccountId& account,
                 const Source& source);
  /// A second letter of somebody who has no second factor (requirement A2: it was lost): `account`
  /// has just shown its password. The wizard goes on at step 4a; what is proven there within half
  /// an hour becomes the account's factor, and uses the letter up. Whatever ends the account's
  /// sessions ends this too.
  Outcome<> set_up_factor(const Secret& token, const AccountId& account, const Source& source);
  /// The registration's id and account to log in to, while it stands at `log_in`.
  Result<std::optional<Registration>> find(const Secret& token);

  /// Finishes or undoes each activation that a crash left behind. At every start, before serving.
  /// Fails: as the last one that could not be settled; the others are settled all the same.
  Result<void> settle_intents();
  /// Abandons stale registrations (J5) and removes abandoned staged entries. Call it now and then.
  Result<void> sweep();

 private:
  /// One thing that a person does, in one write transaction; `due` are the steps at which it
  /// counts.
  Outcome<> act(std::string_view what, const Secret& token,
                std::initializer_list<RegistrationStep> due, const Source& source,
                FunctionRef<Outcome<>(RegistrationAct&)> work);
  /// What `act` reads first, outside a transaction that would wait for the directory.
  Result<std::optional<Registration>> row_of(const Secret& token);

  Result<bool> is_in_use(const EmailAddress& email);
  /// Tells the store of an entry that is about to be staged; the step, if step 2 is over.
  Result<std::variant<Intent, RegistrationStep>> announce_entry(const RegistrationId& id);
  Result<DirectoryEntry> stage(const AccountId& account, const Registration& row,
                               const EmailAddress& email);
  /// Makes a staged entry the registration's own and ends its intent; gives one for the entry that
  /// it replaces.
  Result<std::optional<Intent>> adopt_entry(RegistrationAct& act, const Intent& intent,
                                            const DirectoryEntry& entry);
  /// Removes an entry that is staged for nobody, then ends its intent.
  Result<void> take_back(const Intent& intent);
  Result<void> take_back_if_old(const Intent& intent);
  /// Opens the code for the row's address and queues its mail.
  Result<void> send_mail(RegistrationAct& act);
  /// Opens the code for the row's number and queues its SMS; a refusal if a budget is used up.
  Result<std::optional<RefusalReason>> send_sms(RegistrationAct& act);

  /// The factor is proven: writes the intent, lets the directory follow, ends it.
  Outcome<> activate(
      const Secret& token, RegistrationStep at, const Source& source,
      FunctionRef<Result<std::variant<Factor, RefusalReason>>(RegistrationAct&)> prove);
  /// The last step of `set_up_factor`: nothing changes in the directory.
  Outcome<> give_factor(RegistrationAct& act, const Secret& token, const Factor& factor);
  /// Lets the directory follow an intent that is written, and ends it.
  Result<RegistrationStep> settle(const Intent& intent, const Source& source);
  /// Moves the entry, with the address that was proven.
  Result<DirectoryEntry> admit(const Intent& intent);
  Result<void> finish(const Intent& intent, const DirectoryEntry& entry, const Source& source);
  Result<void> undo(const Intent& intent);

  Neighbours neighbours_;
  RegistrationSettings settings_;
};

}  // namespace portal
