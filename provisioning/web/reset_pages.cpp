// A forgotten password: what each form does, and where it leads.

#include "web/reset_pages.hpp"

#include <utility>

#include "domain/password_words.hpp"
#include "web/cookies.hpp"

namespace portal::web {

using http::Method;

namespace {

/// Added to the address of a page that then says that something is on its way.
constexpr std::string_view kSent = "?sent=1";
constexpr const char* kWithCode = "/reset/with-code";

/// The key to the reset; empty if the browser has none, which the domain knows as no key.
Secret token_of_reset(const Visit& visit) {
  return token_of(visit.request, cookies::reset).value_or(Secret());
}

void refuse(Problems& problems, const Words& words, const Refusal& refusal) {
  const bool ended = refusal.reason == RefusalReason::start_again;
  problems.refuse(words, refusal, field_of(refusal.reason), ended ? "reset.ended" : "");
}

}  // namespace

std::string path_of(ResetStep step) {
  switch (step) {
    case ResetStep::mail_code: return "/reset/code";
    case ResetStep::factor: return "/reset/factor";
    case ResetStep::new_password: return "/reset/password";
    case ResetStep::changing:
    case ResetStep::done: return "/reset/done";
    case ResetStep::abandoned: return "/reset";
  }
  return "/reset";
}

void ResetPages::add_routes(http::Router& router, const Gate& gate) {
  const auto get = [&](ResetStep step) {
    gate.add(router, Method::get, path_of(step),
             [this, step](Visit& visit) { return show(visit, step); });
  };
  const auto post = [&](const char* path,
                        http::Response (ResetPages::*handler)(const Visit&) const) {
    gate.add(router, Method::post, path,
             [this, handler](Visit& visit) { return (this->*handler)(visit); });
  };
  gate.add(router, Method::get, "/reset", [this](Visit& visit) { return address_page(visit, {}); });
  post("/reset", &ResetPages::begin);
  gate.add(router, Method::get, kWithCode,
           [this](Visit& visit) { return with_code_page(visit, {}); });
  post(kWithCode, &ResetPages::take_up);
  get(ResetStep::mail_code);
  post("/reset/code", &ResetPages::confirm_mail);
  post("/reset/code/resend", &ResetPages::resend_mail);
  get(ResetStep::factor);
  post("/reset/factor", &ResetPages::confirm_factor);
  post("/reset/factor/send", &ResetPages::call_factor);
  get(ResetStep::new_password);
  post("/reset/password", &ResetPages::change);
  get(ResetStep::done);
}

Result<std::optional<ResetView>> ResetPages::find(const Visit& visit) const {
  const auto token = token_of(visit.request, cookies::reset);
  if (!token) return std::optional<ResetView>();
  auto view = house_.neighbours.resets.view(*token);
  // One host's cookie never comes to another; still, a token counts at its own portal only.
  if (view && *view && (*view)->portal != visit.portal.id) return std::optional<ResetView>();
  return view;
}

http::Response ResetPages::begin(const Visit& visit) const {
  const auto email = EmailAddress::parse(visit.form.text("email"));
  if (!email) {
    Problems problems;
    problems.add("email", visit.words("field.email.wrong"));
    return address_page(visit, problems);
  }
  return begun(
      visit, house_.neighbours.resets.begin(visit.portal, *email, visit.language(), visit.source()),
      false);
}

http::Response ResetPages::take_up(const Visit& visit) const {
  const auto email = EmailAddress::parse(visit.form.text("email"));
  if (!email) {
    Problems problems;
    problems.add("email", visit.words("field.email.wrong"));
    return with_code_page(visit, problems);
  }
  return begun(visit,
               house_.neighbours.resets.take_up(visit.portal, *email, visit.form.secret("code"),
                                                visit.language(), visit.source()),
               true);
}

http::Response ResetPages::begun(const Visit& visit, const PasswordResetService::Begun& outcome,
                                 bool with_code) const {
  Problems problems;
  if (!outcome) {
    problems.fault(visit.words, outcome.error(), visit.request.path);
  } else if (const auto* refusal = std::get_if<Refusal>(&*outcome)) {
    refuse(problems, visit.words, *refusal);
  }
  if (!problems.empty()) {
    return with_code ? with_code_page(visit, problems) : address_page(visit, problems);
  }
  http::Response response = redirect(path_of(with_code ? ResetStep::factor : ResetStep::mail_code));
  set_cookie(response, cookies::reset, std::get<ResetBegun>(*outcome).token.reveal());
  // A mail to write, or none: the time that it took says nothing.
  response.schedule = house_.settings.refusal_schedule;
  return response;
}

http::Response ResetPages::show(const Visit& visit, ResetStep page) const {
  const auto view = find(visit);
  if (!view) return house_.pages.failed(visit, view.error());
  if (!*view) return redirect(path_of(ResetStep::abandoned));
  const std::string right_place = path_of((*view)->step);
  if (right_place != path_of(page)) return redirect(right_place);
  return page_of(visit, **view, {});
}

http::Response ResetPages::again(const Visit& visit, const Problems& problems) const {
  const auto view = find(visit);
  if (!view) return house_.pages.failed(visit, view.error());
  if (!*view) return address_page(visit, problems);
  // A form of another step, from the back button or a second tab: what is wrong in it matters no
  // more. A refusal is told wherever it led.
  const std::string right_place = path_of((*view)->step);
  const bool here =
      (*view)->step != ResetStep::abandoned && visit.request.path.starts_with(right_place);
  if (!problems.is_refusal() && !here) return redirect(right_place);
  return page_of(visit, **view, problems);
}

http::Response ResetPages::answer(const Visit& visit, const Outcome& outcome,
                                  std::string_view note) const {
  Problems problems;
  if (!outcome) {
    problems.fault(visit.words, outcome.error(), visit.request.path);
    return again(visit, problems);
  }
  if (const auto* refusal = std::get_if<Refusal>(&*outcome)) {
    refuse(problems, visit.words, *refusal);
    return again(visit, problems);
  }
  return redirect(path_of(std::get<ResetStep>(*outcome)).append(note));
}

http::Response ResetPages::confirm_mail(const Visit& visit) const {
  return answer(visit, house_.neighbours.resets.confirm_mail(
                           token_of_reset(visit), visit.form.secret("code"), visit.source()));
}

http::Response ResetPages::resend_mail(const Visit& visit) const {
  http::Response response = answer(
      visit, house_.neighbours.resets.resend_mail(token_of_reset(visit), visit.source()), kSent);
  response.schedule = house_.settings.refusal_schedule;
  return response;
}

http::Response ResetPages::confirm_factor(const Visit& visit) const {
  return answer(visit, house_.neighbours.resets.confirm_factor(
                           token_of_reset(visit), visit.form.secret("code"), visit.source()));
}

http::Response ResetPages::call_factor(const Visit& visit) const {
  return answer(visit, house_.neighbours.resets.call_factor(token_of_reset(visit), visit.source()),
                kSent);
}

http::Response ResetPages::change(const Visit& visit) const {
  const Words& words = visit.words;
  const Secret& password = visit.form.secret("password");
  Problems problems;
  if (password.empty()) {
    problems.add("password", words("field.new_password.missing"));
  } else if (!password.equals(visit.form.secret("password_again"))) {
    problems.add("password_again", words("field.password_again.wrong"));
  }
  if (!problems.empty()) return again(visit, problems);

  auto outcome = house_.neighbours.resets.change(token_of_reset(visit), password, visit.source());
  if (!outcome) return answer(visit, fail(std::move(outcome).error()));
  if (const auto* refused = std::get_if<ResetPasswordRefused>(&*outcome)) {
    for (const PasswordFault fault : refused->faults)
      problems.add("password", words(key_of(fault)));
    if (refused->by_directory) problems.add("password", words(key_of(*refused->by_directory)));
    return again(visit, problems);
  }
  if (const auto* refusal = std::get_if<Refusal>(&*outcome)) return answer(visit, *refusal);
  return answer(visit, std::get<ResetStep>(*outcome));
}

}  // namespace portal::web
