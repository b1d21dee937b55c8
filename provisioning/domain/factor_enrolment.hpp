#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/secret.hpp"
#include "domain/login.hpp"
#include "domain/ports/people.hpp"
#include "domain/settings.hpp"

namespace portal {

class QrCodes;

/// How far somebody has come who sets up a second factor while logging in. It lives in the
/// conversation alone: one that is given up leaves nothing behind (requirement T8).
struct FactorEnrolment {
  enum class Step { letter, choice, number, sms_code, app_code } step = Step::choice;
  std::optional<Letter> letter;  ///< step choice and later, if it was asked for: it is used up
  PortalId portal;               ///< in whose name SMS and mails are sent
  std::string issuer;            ///< what an app calls it
  std::string user_name;
  Secret seed;                       ///< step app_code
  std::optional<PhoneNumber> phone;  ///< step sms_code
  ChallengeId sent;                  ///< step sms_code: the code that went to that number
};

/// Why an answer led nowhere.
struct EnrolmentRefused {
  RefusalReason reason;
  std::string_view why;  ///< for the audit log
};

/// A second factor for somebody who has none and whose password was right: only with the activation
/// code of a new letter (requirement A2), or where an administrator has opened it. Asked by prompts
/// and answered by texts, like a login; one wrong answer ends it. Wrong codes count with those of
/// logins (T5), wrong activation codes with those of registrations (R6). Thread-safe.
class FactorEnrolments {
 public:
  struct Neighbours {
    const TotpCodes& totp;
    const QrCodes& qr_codes;
    const Phrasebook& phrases;
    const Portals& portals;
  };
  FactorEnrolments(Neighbours neighbours, LoginSettings login, RegistrationSettings registration);

  /// The way that is open to an account without a factor; null if none is.
  Result<std::shared_ptr<FactorEnrolment>> open_to(Transaction& transaction, const Account& account,
                                                   UtcTime now) const;
  /// What is asked where the conversation stands.
  Prompt prompt_for(const LoginConversation& conversation) const;

  /// Judges an answer: the next prompt, or the factor, which has been proven and is not stored yet.
  /// A letter that was asked for is used up in the same transaction, and its portal joined.
  using Step = std::variant<Prompt, Factor, EnrolmentRefused>;
  Result<Step> take(Transaction& transaction, const LoginConversation& conversation,
                    const Account& account, const Secret& answer, UtcTime now) const;

 private:
  Result<Step> take_letter(Transaction& transaction, const LoginConversation& conversation,
                           const Account& account, const Secret& answer, UtcTime now) const;
  Result<Step> take_choice(const LoginConversation& conversation, const Secret& answer) const;
  Result<Step> take_number(Transaction& transaction, const LoginConversation& conversation,
                           const Secret& answer, UtcTime now) const;
  Result<Step> judge(Transaction& transaction, const LoginConversation& conversation,
                     const Secret& answer, UtcTime now) const;

  Neighbours neighbours_;
  LoginSettings login_;
  RegistrationSettings registration_;
  SecondFactor factors_;
};

}  // namespace portal
