// Steps 2 to 6 of the wizard: what each page shows.

#include "web/factor_steps.hpp"
#include "web/fields.hpp"
#include "web/password_fields.hpp"
#include "web/registration_pages.hpp"
#include "web/registration_steps.hpp"

namespace portal::web {
namespace {

constexpr std::string_view kAt = "/register";

Field email_field(const std::string& typed) {
  return {.name = "email",
          .label = "field.email",
          .hint = "field.email.hint",
          .type = "email",
          .autocomplete = "email",
          .inputmode = "email",
          .value = typed};
}

/// "You can ask for another in 25 seconds", or nothing.
Value pause(const Visit& visit, const RegistrationView& view) {
  if (view.resend_in.count() <= 0) return false;
  return visit.words("register.resend_pause",
                     {{"seconds", std::to_string(view.resend_in.count())}});
}

}  // namespace

http::Response RegistrationPages::page_of(const Visit& visit, const RegistrationView& view,
                                          const Typed& typed, const Problems& problems) const {
  Page page;
  switch (view.step) {
    case RegistrationStep::credentials: page = credentials_page(visit, typed, problems); break;
    case RegistrationStep::mail_code: page = mail_code_page(visit, view, typed, problems); break;
    case RegistrationStep::factor_choice:
      page = factor_choice_page(kAt, typed.factor, problems);
      break;
    case RegistrationStep::phone_number:
      page = phone_page(visit, kAt, typed.phone, problems);
      break;
    case RegistrationStep::sms_code:
      page =
          sms_code_page(visit, kAt, {view.phone_masked, typed.phone, pause(visit, view)}, problems);
      break;
    case RegistrationStep::app_code: {
      Result<Page> app =
          app_page(visit, kAt, house_.neighbours.qr_codes, view.app_key, view.app_uri, problems);
      if (!app) return house_.pages.failed(visit, app.error());
      page = std::move(*app);
      break;
    }
    case RegistrationStep::activating:
      page.name = "activating";
      page.title = "register.activating.title";
      break;
    case RegistrationStep::done:
      page.name = "done";
      page.title = "register.done.title";
      page.values = {{"user_name", view.user_name}};
      break;
    case RegistrationStep::log_in: return redirect(path_of(view.step));
    case RegistrationStep::abandoned: return audience(visit, problems);
  }
  page.path = path_of(view.step);
  page.step = number_of(view.step);
  page.problems = &problems;
  return house_.pages.show(visit, std::move(page));
}

Page RegistrationPages::credentials_page(const Visit& visit, const Typed& typed,
                                         const Problems& problems) const {
  const Words& words = visit.words;
  Values values = new_password_fields(words, house_.settings.password_profile, problems);
  values.insert_or_assign("email", field(words, email_field(typed.email), problems));
  return {
      .name = "credentials", .title = "register.credentials.title", .values = std::move(values)};
}

Page RegistrationPages::mail_code_page(const Visit& visit, const RegistrationView& view,
                                       const Typed& typed, const Problems& problems) const {
  const Words& words = visit.words;
  return {.name = "mail_code",
          .title = "register.mail_code.title",
          .values = {{"address", view.email},
                     {"sent", was_sent(visit)},
                     {"code", code_field(words, "field.mail_code", problems)},
                     {"may_resend", view.mail_resends_left > 0},
                     {"pause", pause(visit, view)},
                     {"wrong_address", !problems.about("email").empty()},
                     {"email", field(words, email_field(typed.email), problems)}}};
}

}  // namespace portal::web
