#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "domain/login.hpp"
#include "domain/portals.hpp"
#include "identity/password_rules.hpp"

namespace portal {

struct Intent;

/// A change of password on its way. Holds both passwords; a face keeps it in memory alone.
struct PasswordConversation {
  enum class Stage { current, code, next, again, over } stage = Stage::current;
  LoginConversation who;  ///< name, service, source, language; the account after the right password
  Secret current;         ///< once it was right, in NFC
  Secret next;            ///< stage again, in NFC
  SessionId keeps;        ///< the web session that goes on, if the change is made in one
};

/// The password is the new one; or, without a decision, it need not have been changed.
struct PasswordChanged {
  DecisionId decision;
};

/// The new password is not taken; nothing was changed, and the person starts again.
struct NewPasswordRefused {
  DecisionId decision;
  std::string text;        ///< every reason, in the person's language
  bool code_used = false;  ///< `change_at_once`: the directory refused it when the code was used up
};

using PasswordStep = std::variant<Prompt, PasswordChanged, NewPasswordRefused, Refusal>;

/// People change their password: the present one, the second factor, the new one twice (requirement
/// P4), asked by prompts and answered by texts. One wrong answer ends the conversation. Wrong
/// present passwords and wrong codes count like those of logins (T5, T6). The new one is judged by
/// our rules (P1 to P3) and by the directory's, in the person's own name. Thread-safe; blocks on
/// the directory and the store.
class PasswordChangeService {
 public:
  struct Neighbours {
    Store& store;
    Directory& directory;
    PasswordJudge& passwords;
    const TotpCodes& totp;
    const Clock& clock;
    const Phrasebook& phrases;
    const Portals& portals;
    const PasswordRules& password_rules;
  };
  PasswordChangeService(Neighbours neighbours, LoginSettings settings);

  /// Whether a change could be made now: store and directory answer. The same for every name, since
  /// it must not tell who exists (L5, M3). Fails: unavailable.
  Result<void> prepare();

  /// The first prompt, the same for every name (L5); or the second, if the application has asked
  /// for the present password already and `current` is not empty. With `only_expired` there is
  /// nothing to do unless the directory, or a login just now, said that it must be changed.
  PasswordStep start(PasswordConversation& conversation, const Secret& current, bool only_expired);
  /// Judges an answer and moves the conversation on.
  PasswordStep answer(PasswordConversation& conversation, const Secret& answer);

  /// For `change_at_once`: gets a code on its way if the factor is by SMS; nothing if one may now
  /// be asked for.
  Result<std::optional<Refusal>> call_factor(const LoginConversation& who);
  /// All answers at once, as a page has them. `who` is the account of a session, by id and by
  /// address; `current` is the present password as typed.
  /// Our own rules are asked first, so that a code is not used up for nothing.
  PasswordStep change_at_once(PasswordConversation& conversation, const Secret& code,
                              const Secret& next);

  /// Tells the owner of each change that a crash or a lost answer left open: nobody can know which
  /// password counts now. Those that may still be under way are left alone. Call it now and then.
  Result<void> settle();

 private:
  Result<bool> must_change(const LoginConversation& who);
  PasswordStep judge_current(PasswordConversation& conversation, const Secret& password);
  /// A refusal unless the present password is right and the account may be used.
  std::optional<Refusal> admit(PasswordConversation& conversation, const Secret& password);
  /// Takes a proof of the factor that a login has just left here, or asks for its code.
  PasswordStep ask_factor(PasswordConversation& conversation);
  PasswordStep judge_code(PasswordConversation& conversation, const Secret& answer);
  PasswordStep take_next(PasswordConversation& conversation, const Secret& password);
  PasswordStep take_again(PasswordConversation& conversation, const Secret& password);
  Prompt ask_next(PasswordConversation& conversation) const;

  /// Every reason why our rules refuse it; empty if they do not.
  Result<std::string> faults_of(const PasswordConversation& conversation, const Secret& password);
  PasswordStep change(const PasswordConversation& conversation);
  PasswordStep conclude(const PasswordConversation& conversation, const Intent& intent,
                        const PasswordChange& change);
  PasswordStep refuse_next(const LoginConversation& who, std::string text, std::string_view why,
                           const Intent* intent = nullptr);
  Refusal refuse(const LoginConversation& who, RefusalReason reason, std::string_view why,
                 const Intent* intent = nullptr);

  Neighbours neighbours_;
  SecondFactor factors_;
};

}  // namespace portal
