#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "domain/login.hpp"
#include "ipc/authority.hpp"
#include "ipc/login_face.hpp"
#include "ipc/settings.hpp"
#include "wire/received.hpp"

namespace portal {
class Phrasebook;
}

namespace portal::ipc {

/// What goes back to the module.
struct Reply {
  Secret frame;
  bool last = false;  ///< the connection ends after it
  bool held = false;  ///< leaves on the refusals' schedule (requirement L5)
};

/// What a dialogue needs; all of it outlives the dialogue and is shared by many threads.
struct DialogueNeeds {
  const Settings& settings;
  const Authority& authority;
  LoginFace& face;
  const Phrasebook& phrases;
};

/// One PAM operation with one peer, from its Open to its Done. Knows nothing of sockets. One thread
/// at a time; blocks as the face does.
class Dialogue {
 public:
  Dialogue(const DialogueNeeds& needs, const Peer& peer) : needs_(needs), peer_(peer) {}

  /// Whether `take` may ask the directory, the store or NSS for this. An Open that only asks for
  /// the password, for a caller who may ask for anyone, does not.
  bool may_block(const wire::ModuleMessage& message) const;

  /// The answer to a module's message.
  /// Fails: malformed (not this message's turn), denied (the application could not ask the person);
  /// either way there is nobody to answer to.
  Result<Reply> take(const wire::ModuleMessage& message);

  /// Ends it without the face: `unavailable` when it waited too long for a thread, `internal` after
  /// a fault, `denied` when the person took too long.
  Reply end(wire::Outcome outcome);

 private:
  Reply begin(const wire::Open& open);
  Reply begin_login(const wire::Open& open);
  Reply begin_change(const wire::Open& open);
  Reply change_step(const PasswordStep& step);
  Reply take_first_pass(const Secret& password, bool insists, const LoginConversation& untouched);
  Reply take_answer(const Secret& answer);
  Reply step(const LoginStep& step);
  Reply ask(const Prompt& prompt);
  Reply refuse(const Refusal& refusal);
  Reply refuse_caller();
  Reply judge_account(std::string_view user);
  Reply judge(const Result<void>& outcome);
  Reply done(wire::Outcome outcome, const DecisionId& decision, std::string_view text);

  ServiceProfile profile_of(std::string_view service) const;
  Language language_for(const wire::Open& open) const;
  wire::Keep keep_of(const Prompt& prompt) const;

  DialogueNeeds needs_;
  Peer peer_;
  enum class Turn { open, answer, over } turn_ = Turn::open;
  wire::Operation operation_ = wire::Operation::authenticate;
  bool silent_ = false;
  LoginConversation conversation_;
  PasswordConversation change_;  ///< operation change_password
  /// A first pass that was wrong, until the person has typed one of their own.
  struct WrongPass {
    Secret password;
    Refusal refusal;
  };
  std::optional<WrongPass> wrong_pass_;
};

}  // namespace portal::ipc
