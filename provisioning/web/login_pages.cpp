#include "web/login_pages.hpp"

#include <utility>

#include "domain/registration.hpp"
#include "web/cookies.hpp"
#include "web/factor_steps.hpp"
#include "web/fields.hpp"
#include "web/registration_steps.hpp"
#include "web/returning.hpp"

namespace portal::web {

using http::Method;

void LoginPages::add_routes(http::Router& router, const Gate& gate) {
  gate.add(router, Method::get, "/login", [this](Visit& visit) { return show_password(visit); });
  gate.add(router, Method::post, "/login", [this](Visit& visit) { return answer_password(visit); });
  gate.add(router, Method::get, "/login/code", [this](Visit& visit) { return show_code(visit); });
  gate.add(router, Method::post, "/login/code",
           [this](Visit& visit) { return answer_code(visit); });
  gate.add(router, Method::post, "/login/code/resend",
           [this](Visit& visit) { return resend(visit); });
}

LoginConversation LoginPages::conversation(const Visit& visit) const {
  LoginConversation conversation;
  conversation.service = "web:" + visit.portal.id.text();
  conversation.portal = visit.portal.id;
  conversation.source = visit.source();
  conversation.language = visit.language();
  return conversation;
}

RegistrationId LoginPages::waiting_letter(const Visit& visit) const {
  const auto token = token_of(visit.request, cookies::registration);
  if (!token) return {};
  const auto registration = house_.neighbours.registrations.find(*token);
  if (!registration || !*registration) return {};
  const Registration& row = **registration;
  const bool waits = row.step == RegistrationStep::log_in && row.portal == visit.portal.id;
  return waits ? row.id : RegistrationId();
}

Result<std::optional<PendingLogin>> LoginPages::find_pending(const Visit& visit) const {
  const auto token = token_of(visit.request, cookies::login);
  if (!token) return std::optional<PendingLogin>();
  auto pending = house_.neighbours.sessions.find_pending(*token);
  if (pending && *pending && (*pending)->portal != visit.portal.id) {
    return std::optional<PendingLogin>();
  }
  return pending;
}

http::Response LoginPages::show_password(const Visit& visit) const {
  if (!visit.session) return password_page(visit, {});
  const std::string to = wanted_address(visit);
  return redirect(to.empty() ? "/account" : to);
}

http::Response LoginPages::password_page(const Visit& visit, const Problems& problems) const {
  const Field user_name{.name = "user_name",
                        .label = "field.user_name",
                        .hint = "field.user_name.hint",
                        .autocomplete = "username",
                        .inputmode = "email",
                        .value = visit.form.text("user_name")};
  const Field password{.name = "password",
                       .label = "field.password",
                       .type = "password",
                       .autocomplete = "current-password",
                       .longest = 1024};
  return house_.pages.show(visit, {"log_in",
                                   "log_in.title",
                                   leading_to("/login", wanted_address(visit)),
                                   0,
                                   {{"to", kept_address(visit)},
                                    {"joins", !waiting_letter(visit).empty()},
                                    {"user_name", field(visit.words, user_name, problems)},
                                    {"password", field(visit.words, password, problems)}},
                                   &problems});
}

http::Response LoginPages::answer_password(const Visit& visit) const {
  Problems problems;
  if (!visit.form.has("user_name")) {
    problems.add("user_name", visit.words("field.user_name.missing"));
  }
  if (!visit.form.has("password")) {
    problems.add("password", visit.words("field.password.missing"));
  }
  if (!problems.empty()) return password_page(visit, problems);

  LoginConversation conversation = this->conversation(visit);
  conversation.typed_name = visit.form.text("user_name");
  const RegistrationId joining = waiting_letter(visit);
  // The letter is what makes them a member; that is settled after both factors.
  conversation.joins = !joining.empty();
  const LoginStep step =
      house_.neighbours.logins.answer(conversation, visit.form.secret("password"));
  if (const auto* refusal = std::get_if<Refusal>(&step)) {
    problems.refuse(visit.words, *refusal, "");
    return password_page(visit, problems);
  }
  const auto* prompt = std::get_if<Prompt>(&step);
  if (!prompt) {
    // The engine grants nothing for a password alone.
    return house_.pages.failed(visit, {Errc::internal, "a password alone was enough"});
  }
  if (prompt->kind == Prompt::Kind::factor_choice) return to_new_factor(visit, conversation);
  const Result<Secret> token = house_.neighbours.sessions.keep_pending(conversation, joining);
  if (!token) {
    problems.fault(visit.words, token.error(), visit.request.path);
    return password_page(visit, problems);
  }
  http::Response response = redirect(leading_to("/login/code", wanted_address(visit)));
  set_cookie(response, cookies::login, token->reveal());
  return response;
}

http::Response LoginPages::to_new_factor(const Visit& visit,
                                         const LoginConversation& conversation) const {
  const auto outcome = house_.neighbours.registrations.set_up_factor(
      token_of(visit.request, cookies::registration).value_or(Secret()), conversation.account,
      visit.source());
  Problems problems;
  if (!outcome) {
    problems.fault(visit.words, outcome.error(), visit.request.path);
  } else if (const auto* refusal = std::get_if<Refusal>(&*outcome)) {
    problems.refuse(visit.words, *refusal, "");
  } else {
    return redirect(path_of(std::get<RegistrationStep>(*outcome)));
  }
  return password_page(visit, problems);
}

http::Response LoginPages::show_code(const Visit& visit) const {
  const auto pending = find_pending(visit);
  if (!pending) return house_.pages.failed(visit, pending.error());
  if (!*pending) return redirect(visit.session ? "/account" : "/login");
  return code_page(visit, **pending, {});
}

http::Response LoginPages::code_page(const Visit& visit, const PendingLogin& pending,
                                     const Problems& problems) const {
  const auto factor = house_.own_account.factor_of(pending.account);
  if (!factor) return house_.pages.failed(visit, factor.error());
  const std::string to = wanted_address(visit);
  const bool by_recovery =
      visit.query.text("recovery") == "1" || visit.form.text("recovery") == "1";
  const bool by_sms = !by_recovery && *factor && (*factor)->kind == FactorKind::sms;
  const Value code =
      by_recovery ? field(visit.words,
                          {.name = "code", .label = "field.recovery_code", .longest = 40}, problems)
                  : code_field(visit.words, by_sms ? "field.sms_code" : "field.app_code", problems);
  return house_.pages.show(visit, {"log_in_code",
                                   "log_in.code.title",
                                   leading_to("/login/code", to),
                                   0,
                                   {{"to", optional_text(to)},
                                    {"other_way", leading_to("/login/code?recovery=1", to)},
                                    {"back", leading_to("/login", to)},
                                    {"by_sms", by_sms},
                                    {"number", by_sms ? (*factor)->phone_masked : ""},
                                    {"sent", visit.query.text("sent") == "1"},
                                    {"by_app", !by_sms && !by_recovery},
                                    {"by_recovery", by_recovery},
                                    {"code", code}},
                                   &problems});
}

http::Response LoginPages::answer_code(Visit& visit) const {
  const auto pending = find_pending(visit);
  if (!pending) return house_.pages.failed(visit, pending.error());
  if (!*pending) return redirect("/login");
  LoginConversation conversation = this->conversation(visit);
  conversation.stage = LoginConversation::Stage::code;
  conversation.account = (*pending)->account;
  const LoginStep step = house_.neighbours.logins.answer(conversation, visit.form.secret("code"));
  if (const auto* granted = std::get_if<Granted>(&step)) {
    return let_in(visit, **pending, *granted);
  }
  Problems problems;
  if (const auto* refusal = std::get_if<Refusal>(&step)) {
    problems.refuse(visit.words, *refusal, field_of(refusal->reason));
  }
  // Wrong codes are counted on the account, so the page may simply ask again.
  return code_page(visit, **pending, problems);
}

http::Response LoginPages::resend(const Visit& visit) const {
  const auto pending = find_pending(visit);
  if (!pending) return house_.pages.failed(visit, pending.error());
  if (!*pending) return redirect("/login");
  LoginConversation conversation = this->conversation(visit);
  conversation.stage = LoginConversation::Stage::code;
  conversation.account = (*pending)->account;
  const LoginStep step = house_.neighbours.logins.resend(conversation);
  if (const auto* refusal = std::get_if<Refusal>(&step)) {
    Problems problems;
    problems.refuse(visit.words, *refusal, field_of(refusal->reason));
    return code_page(visit, **pending, problems);
  }
  return redirect(leading_to("/login/code?sent=1", wanted_address(visit)));
}

http::Response LoginPages::let_in(Visit& visit, const PendingLogin& pending,
                                  const Granted& granted) const {
  SessionService& sessions = house_.neighbours.sessions;
  const auto token = token_of(visit.request, cookies::login);
  if (!token) return redirect("/login");

  Problems problems;
  if (!pending.joining.empty()) {
    const auto joined =
        house_.neighbours.registrations.join(pending.joining, granted.account, visit.source());
    if (!joined) {
      problems.fault(visit.words, joined.error(), visit.request.path);
    } else if (const auto* refusal = std::get_if<Refusal>(&*joined)) {
      problems.refuse(visit.words, *refusal, "");
    } else if (std::get<RegistrationStep>(*joined) != RegistrationStep::done) {
      problems.refuse(visit.words, {RefusalReason::start_again, {}}, "");
    }
  }
  if (!problems.empty()) {
    http::Response response = password_page(visit, problems);
    clear_cookie(response, cookies::login);
    // Without the letter they can still log in to what they have.
    if (problems.is_refusal()) clear_cookie(response, cookies::registration);
    return response;
  }

  if (const auto old = token_of(visit.request, cookies::session)) {
    if (const auto closed = sessions.close_web(*old, visit.source()); !closed) {
      return house_.pages.failed(visit, closed.error());
    }
  }
  const Result<Secret> session =
      sessions.open_web(granted, visit.portal.id, visit.source(), &*token);
  if (!session && session.error().code == Errc::denied) return redirect("/login");
  if (!session) return house_.pages.failed(visit, session.error());
  const auto accepted = house_.visitors.has_accepted_terms(granted.account, visit.portal);
  if (!accepted) return house_.pages.failed(visit, accepted.error());
  std::string end = end_of_login(visit);
  // A new version of the terms is asked for first (requirement R9).
  if (!*accepted) end = leading_to("/account/terms", end);
  if (end.empty()) end = "/account?reference=" + granted.decision.text();
  http::Response response = redirect(std::move(end));
  set_cookie(response, cookies::session, session->reveal());
  clear_cookie(response, cookies::login);
  clear_cookie(response, cookies::registration);
  visit.renew = true;
  return response;
}

}  // namespace portal::web
