// A change of password over the socket.

#include "domain/ports/phrasebook.hpp"
#include "ipc/dialogue.hpp"

namespace portal::ipc {

Reply Dialogue::begin_change(const wire::Open& open) {
  change_.who = conversation_;
  return change_step(
      needs_.face.start_change(change_, Secret(open.password.value), open.only_expired));
}

Reply Dialogue::change_step(const PasswordStep& step) {
  conversation_.language = change_.who.language;
  if (const auto* prompt = std::get_if<Prompt>(&step)) return ask(*prompt);
  if (const auto* changed = std::get_if<PasswordChanged>(&step))
    return done(wire::Outcome::success, changed->decision, {});
  if (const auto* refused = std::get_if<NewPasswordRefused>(&step)) {
    const std::string reference = needs_.phrases.text(conversation_.language, "refusal.reference",
                                                      {{"decision", refused->decision.text()}});
    return done(wire::Outcome::denied, refused->decision, refused->text + ' ' + reference);
  }
  return refuse(std::get<Refusal>(step));
}

}  // namespace portal::ipc
