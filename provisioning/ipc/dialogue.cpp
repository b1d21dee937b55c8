#include "ipc/dialogue.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "base/log.hpp"
#include "domain/ports/phrasebook.hpp"
#include "ipc/outcome.hpp"

namespace portal::ipc {
namespace {

/// Whether the person can do better than the password of a module before ours: it was wrong, or it
/// was right where password and code are one answer.
bool is_worth_asking(const Refusal& refusal) {
  return refusal.reason == RefusalReason::wrong_credentials ||
         refusal.reason == RefusalReason::code_missing ||
         refusal.reason == RefusalReason::code_sent;
}

}  // namespace

bool Dialogue::may_block(const wire::ModuleMessage& message) const {
  const auto* open = std::get_if<wire::Open>(&message);
  return open == nullptr || peer_.uid != 0 || open->operation != wire::Operation::authenticate ||
         open->proof == wire::Proof::factor_alone || open->first_pass != wire::FirstPass::ask;
}

Result<Reply> Dialogue::take(const wire::ModuleMessage& message) {
  const Turn turn = turn_;
  turn_ = Turn::over;  // until a prompt gives the module another turn
  if (const auto* open = std::get_if<wire::Open>(&message)) {
    if (turn != Turn::open) return fail(Errc::malformed, "an Open out of turn");
    return begin(*open);
  }
  if (const auto* answer = std::get_if<wire::Answer>(&message)) {
    if (turn != Turn::answer) return fail(Errc::malformed, "an Answer out of turn");
    return take_answer(Secret(answer->text.value));
  }
  return fail(Errc::denied, "the application could not ask the person");
}

Reply Dialogue::begin(const wire::Open& open) {
  operation_ = open.operation;
  silent_ = open.silent;
  conversation_.service = open.service.value;
  conversation_.typed_name = open.user.value;
  conversation_.profile = profile_of(open.service.value);
  conversation_.language = language_for(open);
  if (open.proof == wire::Proof::factor_alone)
    conversation_.asks = LoginConversation::Asks::factor_alone;
  const Authority::Grant grant = needs_.authority.grant(peer_, open.service.value, open.user.value);
  if (grant == Authority::Grant::nobody || open.service.value.empty()) return refuse_caller();
  // Else anyone could write into the ledger, as much as they like.
  const bool is_about_session = open.operation == wire::Operation::open_session ||
                                open.operation == wire::Operation::close_session;
  if (is_about_session && grant != Authority::Grant::anyone) return refuse_caller();
  conversation_.source.service = open.service.value;
  conversation_.source.address =
      grant == Authority::Grant::anyone ? canonical_address(open.remote_host.value) : "local";

  switch (open.operation) {
    case wire::Operation::authenticate: return begin_login(open);
    case wire::Operation::account: return judge_account(open.user.value);
    case wire::Operation::open_session:
      return judge(needs_.face.open_session(open.user.value, open.terminal.value, peer_.pid,
                                            conversation_.source));
    case wire::Operation::close_session:
      return judge(needs_.face.close_session(open.user.value, peer_.pid, conversation_.source));
    case wire::Operation::prepare_password_change: return judge(needs_.face.prepare_change());
    case wire::Operation::change_password: return begin_change(open);
  }
  return end(wire::Outcome::internal);
}

Reply Dialogue::begin_login(const wire::Open& open) {
  const LoginConversation untouched = conversation_;
  const LoginStep first = needs_.face.start(conversation_);
  const auto* prompt = std::get_if<Prompt>(&first);
  const bool insists = open.first_pass == wire::FirstPass::insist;
  const bool has_pass =
      insists || (open.first_pass == wire::FirstPass::attempt && !open.password.value.empty());
  if (!has_pass || prompt == nullptr || prompt->kind != Prompt::Kind::password) return step(first);
  return take_first_pass(Secret(open.password.value), insists, untouched);
}

/// Answers the password prompt, that nobody has seen, in the person's place. If the password is
/// wrong and may be, the person is asked. That prompt leaves on the refusals' schedule: it tells
/// of a wrong password as a refusal does, and must not tell whether the name exists (L5).
Reply Dialogue::take_first_pass(const Secret& password, bool insists,
                                const LoginConversation& untouched) {
  const LoginStep judged = needs_.face.answer(conversation_, password);
  const auto* refusal = std::get_if<Refusal>(&judged);
  if (insists || refusal == nullptr || !is_worth_asking(*refusal)) return step(judged);
  conversation_ = untouched;
  wrong_pass_ = WrongPass{password.clone(), *refusal};
  Reply reply = step(needs_.face.start(conversation_));
  reply.held = true;
  return reply;
}

/// Clients that send one text to every prompt are no guessers: the first pass once more is refused
/// by the decision that it has already got, without another bind.
Reply Dialogue::take_answer(const Secret& answer) {
  if (operation_ == wire::Operation::change_password)
    return change_step(needs_.face.answer_change(change_, answer));
  const std::optional<WrongPass> before = std::exchange(wrong_pass_, std::nullopt);
  if (before && before->password.equals(answer)) return refuse(before->refusal);
  return step(needs_.face.answer(conversation_, answer));
}

ServiceProfile Dialogue::profile_of(std::string_view service) const {
  const auto& services = needs_.settings.services;
  const auto found = std::ranges::find(services, service, &ServiceProfile::name);
  return found == services.end() ? ServiceProfile() : *found;
}

/// What the administrator set for the service; else what the client asks for, which tells nothing
/// about the account; else the installation's.
Language Dialogue::language_for(const wire::Open& open) const {
  if (conversation_.profile.language) return *conversation_.profile.language;
  return parse_language(open.locale.value).value_or(needs_.settings.language);
}

Reply Dialogue::step(const LoginStep& step) {
  if (const auto* prompt = std::get_if<Prompt>(&step)) return ask(*prompt);
  if (const auto* granted = std::get_if<Granted>(&step))
    return done(wire::Outcome::success, granted->decision,
                conversation_.profile.info ? granted->notice : std::string());
  return refuse(std::get<Refusal>(step));
}

Reply Dialogue::ask(const Prompt& prompt) {
  const wire::Style style = prompt.echo ? wire::Style::echo_on : wire::Style::echo_off;
  Result<Secret> frame = wire::frame_of(wire::Prompt{style, {prompt.text}, keep_of(prompt)});
  if (!frame) {
    log(LogLevel::error, "a prompt does not fit into a frame", {{"reason", frame.error().detail}});
    return end(wire::Outcome::internal);
  }
  turn_ = Turn::answer;
  return {std::move(*frame), false, false};
}

/// Where one answer holds password and code, the modules after ours could do nothing with it.
wire::Keep Dialogue::keep_of(const Prompt& prompt) const {
  switch (prompt.kind) {
    case Prompt::Kind::password:
      return conversation_.profile.conversation == ServiceProfile::Conversation::multi
                 ? wire::Keep::password
                 : wire::Keep::nothing;
    case Prompt::Kind::current_password: return wire::Keep::old_password;
    case Prompt::Kind::new_password: return wire::Keep::password;
    case Prompt::Kind::activation_code:
    case Prompt::Kind::factor_choice:
    case Prompt::Kind::phone_number:
    case Prompt::Kind::totp_code:
    case Prompt::Kind::sms_code: break;
  }
  return wire::Keep::nothing;
}

Reply Dialogue::refuse(const Refusal& refusal) {
  const Language language = conversation_.language;
  std::string text =
      needs_.phrases.text(language, "refusal." + std::string(portal::name_of(refusal.reason)));
  text += ' ';
  text +=
      needs_.phrases.text(language, "refusal.reference", {{"decision", refusal.decision.text()}});
  return done(outcome_of(refusal.reason), refusal.decision, text);
}

/// Not a word to the person: the fault is the application's.
Reply Dialogue::refuse_caller() {
  const DecisionId decision = DecisionId::random();
  log(LogLevel::warning, "a caller may not ask for this user",
      {{"uid", std::to_string(peer_.uid)},
       {"pid", std::to_string(peer_.pid)},
       {"service", conversation_.service},
       {"decision", decision.text()}});
  return done(wire::Outcome::denied, decision, {});
}

Reply Dialogue::judge_account(std::string_view user) {
  const LoginService::Standing standing = needs_.face.standing_of(user);
  std::string text;
  if (standing == LoginService::Standing::unusable || standing == LoginService::Standing::expired)
    text = needs_.phrases.text(conversation_.language, "refusal.account_unusable");
  return done(outcome_of(standing), {}, text);
}

Reply Dialogue::judge(const Result<void>& outcome) {
  return done(outcome ? wire::Outcome::success : outcome_of(outcome.error().code), {}, {});
}

Reply Dialogue::end(wire::Outcome outcome) { return done(outcome, {}, {}); }

/// The typed name is not logged: what is typed there is at times a password.
Reply Dialogue::done(wire::Outcome outcome, const DecisionId& decision, std::string_view text) {
  turn_ = Turn::over;
  log(LogLevel::info, "PAM operation ended",
      {{"operation", std::string(name_of(operation_))},
       {"service", conversation_.service},
       {"source", conversation_.source.address},
       {"outcome", std::string(name_of(outcome))},
       {"decision", decision.text()},
       {"uid", std::to_string(peer_.uid)}});
  const bool judges =
      operation_ == wire::Operation::authenticate || operation_ == wire::Operation::change_password;
  const bool held = judges && outcome != wire::Outcome::success;
  if (silent_) text = {};
  Result<Secret> frame = wire::frame_of(wire::Done{outcome, {decision.text()}, {text}});
  // A text that is too long is a fault of the catalogue; the outcome stands without it.
  if (!frame) frame = wire::frame_of(wire::Done{outcome, {}, {}});
  return {std::move(*frame), true, held};
}

}  // namespace portal::ipc
