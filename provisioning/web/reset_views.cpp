// A forgotten password: what each page shows.

#include "web/factor_steps.hpp"
#include "web/fields.hpp"
#include "web/password_fields.hpp"
#include "web/reset_pages.hpp"

namespace portal::web {
namespace {

constexpr int kSteps = 4;

int number_of(ResetStep step) {
  switch (step) {
    case ResetStep::mail_code: return 2;
    case ResetStep::factor: return 3;
    case ResetStep::new_password: return 4;
    case ResetStep::changing:
    case ResetStep::done:
    case ResetStep::abandoned: return 0;
  }
  return 0;
}

Field email_field(const Visit& visit) {
  return {.name = "email",
          .label = "field.email",
          .type = "email",
          .autocomplete = "username",
          .inputmode = "email",
          .value = visit.form.text("email")};
}

}  // namespace

http::Response ResetPages::address_page(const Visit& visit, const Problems& problems) const {
  return house_.pages.show(visit,
                           {.name = "reset",
                            .title = "reset.title",
                            .path = "/reset",
                            .step = 1,
                            .values = {{"email", field(visit.words, email_field(visit), problems)}},
                            .problems = &problems,
                            .steps = kSteps});
}

http::Response ResetPages::with_code_page(const Visit& visit, const Problems& problems) const {
  return house_.pages.show(
      visit, {.name = "reset_with_code",
              .title = "reset.with_code.title",
              .path = "/reset/with-code",
              .step = 2,
              .values = {{"email", field(visit.words, email_field(visit), problems)},
                         {"code", code_field(visit.words, "field.mail_code", problems)}},
              .problems = &problems,
              .steps = kSteps});
}

http::Response ResetPages::page_of(const Visit& visit, const ResetView& view,
                                   const Problems& problems) const {
  Page page;
  switch (view.step) {
    case ResetStep::mail_code: page = mail_code_page(visit, view, problems); break;
    case ResetStep::factor: page = factor_page(visit, view, problems); break;
    case ResetStep::new_password: page = password_page(visit, problems); break;
    case ResetStep::changing:
      page.name = "reset_changing";
      page.title = "reset.changing.title";
      break;
    case ResetStep::done:
      page.name = "reset_done";
      page.title = "reset.done.title";
      break;
    case ResetStep::abandoned: return address_page(visit, problems);
  }
  page.path = path_of(view.step);
  page.step = number_of(view.step);
  page.steps = kSteps;
  page.problems = &problems;
  return house_.pages.show(visit, std::move(page));
}

Page ResetPages::mail_code_page(const Visit& visit, const ResetView& view,
                                const Problems& problems) {
  const Words& words = visit.words;
  Value pause = false;
  if (view.resend_in.count() > 0)
    pause = words("register.resend_pause", {{"seconds", std::to_string(view.resend_in.count())}});
  return {.name = "reset_code",
          .title = "reset.code.title",
          .values = {{"address", view.email},
                     {"sent", was_sent(visit)},
                     {"code", code_field(words, "field.mail_code", problems)},
                     {"may_resend", view.mail_resends_left > 0},
                     {"pause", pause}}};
}

Page ResetPages::factor_page(const Visit& visit, const ResetView& view, const Problems& problems) {
  const Words& words = visit.words;
  const bool by_recovery =
      visit.query.text("recovery") == "1" || visit.form.text("recovery") == "1";
  const bool by_sms = !by_recovery && view.factor == FactorKind::sms;
  const Value code =
      by_recovery
          ? field(words, {.name = "code", .label = "field.recovery_code", .longest = 40}, problems)
          : code_field(words, by_sms ? "field.sms_code" : "field.app_code", problems);
  return {.name = "reset_factor",
          .title = "log_in.code.title",
          .values = {{"by_sms", by_sms},
                     {"sms_sent", by_sms && view.sms_sent},
                     {"number", by_sms ? view.phone_masked : ""},
                     {"sent", by_sms && was_sent(visit)},
                     {"by_app", !by_sms && !by_recovery},
                     {"by_recovery", by_recovery},
                     {"code", code}}};
}

Page ResetPages::password_page(const Visit& visit, const Problems& problems) const {
  return {.name = "reset_password",
          .title = "reset.password.title",
          .values = new_password_fields(visit.words, house_.settings.password_profile, problems)};
}

}  // namespace portal::web
