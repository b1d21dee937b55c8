// Steps 2 to 6 of the wizard: what each form does, and where it leads.

#include <utility>

#include "domain/password_words.hpp"
#include "web/cookies.hpp"
#include "web/registration_pages.hpp"
#include "web/registration_steps.hpp"

namespace portal::web {

using http::Method;

namespace {

/// Added to the address of a page that then says that something is on its way.
constexpr std::string_view kSent = "?sent=1";

/// The key to the registration; empty if the browser has none, which the domain knows as no key.
Secret token_of_registration(const Visit& visit) {
  return token_of(visit.request, cookies::registration).value_or(Secret());
}

}  // namespace

void RegistrationPages::add_routes(http::Router& router, const Gate& gate) {
  const auto get = [&](const char* path, RegistrationStep step) {
    gate.add(router, Method::get, path, [this, step](Visit& visit) { return show(visit, step); });
  };
  const auto post = [&](const char* path,
                        http::Response (RegistrationPages::*handler)(const Visit&) const) {
    gate.add(router, Method::post, path,
             [this, handler](Visit& visit) { return (this->*handler)(visit); });
  };
  gate.add(router, Method::get, "/register", [this](Visit& visit) { return audience(visit, {}); });
  post("/register", &RegistrationPages::choose_audience);
  gate.add(router, Method::get, "/register/identity",
           [this](Visit& visit) { return show_identity(visit); });
  post("/register/identity", &RegistrationPages::identify);
  get("/register/credentials", RegistrationStep::credentials);
  post("/register/credentials", &RegistrationPages::choose_credentials);
  get("/register/mail-code", RegistrationStep::mail_code);
  post("/register/mail-code", &RegistrationPages::confirm_mail);
  post("/register/mail-code/resend", &RegistrationPages::resend_mail);
  post("/register/mail-code/address", &RegistrationPages::correct_address);
  get("/register/factor", RegistrationStep::factor_choice);
  post("/register/factor", &RegistrationPages::choose_factor);
  post("/register/factor/again", &RegistrationPages::reconsider_factor);
  get("/register/phone", RegistrationStep::phone_number);
  post("/register/phone", &RegistrationPages::give_phone);
  get("/register/sms-code", RegistrationStep::sms_code);
  post("/register/sms-code", &RegistrationPages::confirm_sms);
  post("/register/sms-code/number", &RegistrationPages::give_phone);
  post("/register/sms-code/resend", &RegistrationPages::resend_sms);
  get("/register/app", RegistrationStep::app_code);
  post("/register/app", &RegistrationPages::confirm_app);
  get("/register/done", RegistrationStep::done);
}

Result<std::optional<RegistrationView>> RegistrationPages::find(const Visit& visit) const {
  const auto token = token_of(visit.request, cookies::registration);
  if (!token) return std::optional<RegistrationView>();
  auto view = house_.neighbours.registrations.view(*token);
  // One host's cookie never comes to another; still, a token counts at its own portal only.
  if (view && *view && (*view)->portal != visit.portal.id) {
    return std::optional<RegistrationView>();
  }
  return view;
}

http::Response RegistrationPages::show(const Visit& visit, RegistrationStep page) const {
  const auto view = find(visit);
  if (!view) return house_.pages.failed(visit, view.error());
  if (!*view) return redirect(path_of(RegistrationStep::abandoned));
  const std::string right_place = path_of((*view)->step);
  if (right_place != path_of(page)) return redirect(right_place);
  return page_of(visit, **view, {}, {});
}

http::Response RegistrationPages::again(const Visit& visit, const Problems& problems,
                                        const Typed& typed) const {
  const auto view = find(visit);
  if (!view) return house_.pages.failed(visit, view.error());
  if (!*view) return audience(visit, problems);
  // A form of another step, from the back button or a second tab: what is wrong in it matters no
  // more. A refusal is told wherever it led.
  const std::string right_place = path_of((*view)->step);
  if (!problems.is_refusal() && !visit.request.path.starts_with(right_place)) {
    return redirect(right_place);
  }
  return page_of(visit, **view, typed, problems);
}

http::Response RegistrationPages::answer(const Visit& visit, const Outcome& outcome,
                                         const Typed& typed, std::string_view note) const {
  Problems problems;
  if (!outcome) {
    problems.fault(visit.words, outcome.error(), visit.request.path);
    return again(visit, problems, typed);
  }
  if (const auto* refusal = std::get_if<Refusal>(&*outcome)) {
    problems.refuse(visit.words, *refusal, field_of(refusal->reason));
    return again(visit, problems, typed);
  }
  return redirect(path_of(std::get<RegistrationStep>(*outcome)).append(note));
}

http::Response RegistrationPages::choose_credentials(const Visit& visit) const {
  const Words& words = visit.words;
  const Typed typed{.email = std::string(visit.form.text("email"))};
  const Secret& password = visit.form.secret("password");
  Problems problems;
  const auto email = EmailAddress::parse(typed.email);
  if (!email) problems.add("email", words("field.email.wrong"));
  if (password.empty()) {
    problems.add("password", words("field.new_password.missing"));
  } else if (!password.equals(visit.form.secret("password_again"))) {
    problems.add("password_again", words("field.password_again.wrong"));
  }
  if (!problems.empty()) return again(visit, problems, typed);

  auto outcome = house_.neighbours.registrations.choose_credentials(
      token_of_registration(visit), *email, password, visit.source());
  if (!outcome) return answer(visit, fail(std::move(outcome).error()), typed);
  if (const auto* faults = std::get_if<PasswordFaults>(&*outcome)) {
    for (const PasswordFault fault : faults->faults) {
      problems.add("password", words(key_of(fault)));
    }
    if (faults->by_directory) problems.add("password", words("password.by_directory"));
    return again(visit, problems, typed);
  }
  if (const auto* refusal = std::get_if<Refusal>(&*outcome)) return answer(visit, *refusal, typed);
  return answer(visit, std::get<RegistrationStep>(*outcome), typed);
}

http::Response RegistrationPages::confirm_mail(const Visit& visit) const {
  return answer(visit,
                house_.neighbours.registrations.confirm_mail(
                    token_of_registration(visit), visit.form.secret("code"), visit.source()),
                {});
}

http::Response RegistrationPages::resend_mail(const Visit& visit) const {
  return answer(
      visit,
      house_.neighbours.registrations.resend_mail(token_of_registration(visit), visit.source()), {},
      kSent);
}

http::Response RegistrationPages::correct_address(const Visit& visit) const {
  const Typed typed{.email = std::string(visit.form.text("email"))};
  const auto email = EmailAddress::parse(typed.email);
  if (!email) {
    Problems problems;
    problems.add("email", visit.words("field.email.wrong"));
    return again(visit, problems, typed);
  }
  return answer(visit,
                house_.neighbours.registrations.correct_address(token_of_registration(visit),
                                                                *email, visit.source()),
                typed, kSent);
}

http::Response RegistrationPages::choose_factor(const Visit& visit) const {
  const std::string_view chosen = visit.form.text("factor");
  for (const FactorKind kind : {FactorKind::totp, FactorKind::sms}) {
    if (chosen != name_of(kind)) continue;
    return answer(visit,
                  house_.neighbours.registrations.choose_factor(token_of_registration(visit), kind,
                                                                visit.source()),
                  {.factor = std::string(chosen)});
  }
  Problems problems;
  problems.add("factor", visit.words("field.factor.missing"));
  return again(visit, problems, {});
}

http::Response RegistrationPages::reconsider_factor(const Visit& visit) const {
  return answer(visit,
                house_.neighbours.registrations.reconsider_factor(token_of_registration(visit),
                                                                  visit.source()),
                {});
}

http::Response RegistrationPages::give_phone(const Visit& visit) const {
  const Typed typed{.phone = std::string(visit.form.text("phone"))};
  const auto phone = PhoneNumber::parse(typed.phone, house_.settings.home_region);
  if (!phone) {
    Problems problems;
    problems.add("phone", visit.words(phone.error().code == Errc::denied ? "field.phone.not_mobile"
                                                                         : "field.phone.wrong"));
    return again(visit, problems, typed);
  }
  return answer(visit,
                house_.neighbours.registrations.give_phone(token_of_registration(visit), *phone,
                                                           visit.source()),
                typed);
}

http::Response RegistrationPages::confirm_sms(const Visit& visit) const {
  return answer(visit,
                house_.neighbours.registrations.confirm_sms(
                    token_of_registration(visit), visit.form.secret("code"), visit.source()),
                {});
}

http::Response RegistrationPages::resend_sms(const Visit& visit) const {
  return answer(
      visit,
      house_.neighbours.registrations.resend_sms(token_of_registration(visit), visit.source()), {},
      kSent);
}

http::Response RegistrationPages::confirm_app(const Visit& visit) const {
  return answer(visit,
                house_.neighbours.registrations.confirm_app(
                    token_of_registration(visit), visit.form.secret("code"), visit.source()),
                {});
}

}  // namespace portal::web
