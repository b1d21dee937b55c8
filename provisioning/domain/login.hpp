#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "base/clock.hpp"
#include "base/keyring.hpp"
#include "domain/password_judge.hpp"
#include "domain/ports/accounts.hpp"
#include "domain/ports/directory.hpp"
#include "domain/ports/sessions.hpp"
#include "domain/refusal.hpp"
#include "domain/second_factor.hpp"
#include "domain/service_profile.hpp"
#include "domain/settings.hpp"
#include "identity/source.hpp"

namespace portal {

class Directory;
class FactorEnrolments;
struct FactorEnrolment;
class Phrasebook;
class Portals;
class Store;
class TotpCodes;
class Transaction;

/// What a face must ask next.
struct Prompt {
  enum class Kind {
    password,
    totp_code,
    sms_code,
    current_password,  ///< before a change
    new_password,      ///< both times
    activation_code,   ///< of a new letter, before a factor is set up
    factor_choice,     ///< without a text: on the pages of the letter that waits
    phone_number,
  } kind = Kind::password;
  bool echo = false;
  std::string text;  ///< all that the person must know, in their language
};

/// The person is in.
struct Granted {
  AccountId account;
  std::optional<FactorKind> factor;  ///< none where the password alone is enough
  DecisionId decision;
  std::string notice = {};  ///< what they should know: the password expires soon; may be empty
  std::string shown = {};   ///< beside the password: "totp", "sms", "recovery"; may be empty
};

/// A login on its way. Small and plain, so that a face can keep it wherever it keeps state (PAM: in
/// the connection; web: in the store, between two requests).
struct LoginConversation {
  enum class Stage { password, code, enrolment, over } stage = Stage::password;
  /// What must be proven here.
  enum class Asks {
    password_and_factor,
    factor_alone,  ///< something else has seen to the first: a public key, another password module
  } asks = Asks::password_and_factor;
  std::string typed_name;          ///< stage password
  AccountId account;               ///< stage code: the password was right
  std::string service;             ///< binds SMS codes: "sshd", "web:flex"
  std::optional<PortalId> portal;  ///< web: membership of this portal is wanted
  bool joins = false;  ///< web: a letter waits, which makes a member and gives a lost factor back
  ServiceProfile profile;  ///< PAM: how the service's clients ask
  Source source;
  Language language = Language::fr;  ///< the service's, until the password was right
  BindAnswer password;               ///< stage code: what the directory said beyond yes
  bool needs_no_welcome = false;     ///< stage code: see JudgedPassword
  std::string password_index = {};  ///< stage code: keyed hash of a password that looks like a code
  std::shared_ptr<FactorEnrolment> enrolment = {};  ///< stage enrolment
};

using LoginStep = std::variant<Prompt, Granted, Refusal>;

/// The one login engine: password against the directory, then the second factor, asked by prompts
/// and answered by texts; PAM, web and every later face drive the same. One wrong answer ends the
/// conversation. Thread-safe; blocks on the directory and the store.
class LoginService {
 public:
  struct Neighbours {
    Store& store;
    Directory& directory;
    const TotpCodes& totp;
    const Keyring& keyring;
    const Clock& clock;
    const Phrasebook& phrases;
    const Portals& portals;
    const FactorEnrolments& enrolments;
  };
  LoginService(Neighbours neighbours, LoginSettings settings);

  /// The first prompt: the same whether the name is known or not (L5). By the second factor alone
  /// it asks for the code at once, and an SMS leaves.
  LoginStep start(LoginConversation& conversation);
  /// Judges an answer and moves the conversation on.
  LoginStep answer(LoginConversation& conversation, const Secret& answer);
  /// Another SMS for a conversation that waits for one; the old code is dead.
  LoginStep resend(LoginConversation& conversation);

  /// The account phase: whether this account may enter, without its password (M4). The directory
  /// is asked, but for a second after it took the account's password.
  enum class Standing {
    usable,
    unknown,
    unusable,     ///< unfinished, disabled, locked here or by the directory, or its entry is gone
    must_change,  ///< usable once the password has been changed
    expired,      ///< the password has, and cannot be changed without help
    unavailable,
  };
  Standing standing_of(std::string_view typed_name);

  /// For whatever else asks for a password: so that all count together.
  PasswordJudge& passwords() noexcept { return passwords_; }

 private:
  /// What the keyed hash of a password is made under that the code is compared with.
  static constexpr std::string_view kEchoed = "password-as-code";

  bool is_the_password(const LoginConversation& conversation, const Secret& answer) const;
  LoginStep start_at_the_factor(LoginConversation& conversation);
  /// The password, then the challenge.
  LoginStep judge_password(LoginConversation& conversation, const Secret& password);
  /// Password, separator and code in one answer.
  LoginStep judge_single(LoginConversation& conversation, const Secret& answer);
  LoginStep judge_code(LoginConversation& conversation, const Secret& answer);
  LoginStep judge_enrolment(LoginConversation& conversation, const Secret& answer);
  /// Judges the password and whether the account may enter; a refusal if one does not hold.
  struct Admitted {
    std::optional<Factor> factor;
    bool takes_app_code = false;                 ///< and may be asked for it without more ado
    std::shared_ptr<FactorEnrolment> enrolment;  ///< without a factor: how one is set up
  };
  std::variant<Admitted, Refusal> admit(LoginConversation& conversation, const Secret& password);
  /// Refuses after the right password, and tells the audit log `why`.
  Refusal refuse(const LoginConversation& conversation, RefusalReason reason, std::string_view why);
  /// In the transaction in which the factor was proven; `shown` may be a recovery code.
  Result<LoginStep> grant(Transaction& transaction, const LoginConversation& conversation,
                          FactorKind factor, std::string_view shown, UtcTime now);
  LoginStep grant_without_factor(const LoginConversation& conversation);
  /// Asks for the factor's code; an SMS leaves in the same transaction.
  LoginStep challenge(const LoginConversation& conversation, const Factor& factor);

  Neighbours neighbours_;
  LoginSettings settings_;
  PasswordJudge passwords_;
  SecondFactor factors_;
};

}  // namespace portal
