#include "web/factor_pages.hpp"

#include <utility>

#include "web/cookies.hpp"
#include "web/factor_steps.hpp"
#include "web/proof_fields.hpp"

namespace portal::web {

using http::Method;

namespace {

constexpr const char* kPath = "/account/change";

std::string path_of(FactorEnrolment::Step step) {
  const std::string at = kPath;
  switch (step) {
    case FactorEnrolment::Step::number: return at + "/phone";
    case FactorEnrolment::Step::sms_code: return at + "/sms-code";
    case FactorEnrolment::Step::app_code: return at + "/app";
    case FactorEnrolment::Step::letter:
    case FactorEnrolment::Step::choice: break;
  }
  return at + "/factor";
}

FactorChanger changer(const Visit& visit) { return {*visit.session, visit.source()}; }

/// How far the change has come; empty if the browser has none, which the domain knows as no change.
Secret state_of(const Visit& visit) {
  return sealed_of(visit.request, cookies::change).value_or(Secret());
}

}  // namespace

void FactorPages::add_routes(http::Router& router, const Gate& gate) {
  const std::string at = kPath;
  const auto get = [&](Way step) {
    gate.add(router, Method::get, path_of(step), [this, step](Visit& visit) {
      return visit.session ? show(visit, step) : house_.pages.outside(visit);
    });
  };
  const auto post = [&](const std::string& path,
                        http::Response (FactorPages::*handler)(const Visit&) const) {
    gate.add(router, Method::post, path, [this, handler](Visit& visit) {
      return visit.session ? (this->*handler)(visit) : house_.pages.outside(visit);
    });
  };
  gate.add(router, Method::get, at, [this](Visit& visit) {
    return visit.session ? proof_page(visit, {}) : house_.pages.outside(visit);
  });
  post(at, &FactorPages::prove);
  post(at + "/begin", &FactorPages::begin);
  get(Way::choice);
  post(at + "/factor", &FactorPages::choose);
  post(at + "/factor/again", &FactorPages::choose_again);
  get(Way::number);
  post(at + "/phone", &FactorPages::give_phone);
  get(Way::sms_code);
  post(at + "/sms-code", &FactorPages::confirm);
  post(at + "/sms-code/number", &FactorPages::give_phone);
  post(at + "/sms-code/resend", &FactorPages::resend);
  get(Way::app_code);
  post(at + "/app", &FactorPages::confirm);
}

Result<std::optional<FactorChangeView>> FactorPages::find(const Visit& visit) const {
  return house_.neighbours.factor_changes.view(changer(visit), state_of(visit));
}

http::Response FactorPages::begin(const Visit& visit) const {
  const auto refused = house_.neighbours.factor_changes.call_factor(changer(visit));
  if (!refused) return house_.pages.failed(visit, refused.error());
  if (!*refused) return redirect(std::string(kPath) + "?sent=1");
  Problems problems;
  problems.refuse(visit.words, **refused, field_of((*refused)->reason));
  return proof_page(visit, problems);
}

http::Response FactorPages::proof_page(const Visit& visit, const Problems& problems) const {
  Result<Values> values = proof_fields(house_, visit, kPath, problems);
  if (!values) return house_.pages.failed(visit, values.error());
  return house_.pages.show(visit, {"account_change", "my_account.change.title", kPath, 0,
                                   std::move(*values), &problems});
}

http::Response FactorPages::prove(const Visit& visit) const {
  Problems problems;
  if (!visit.form.has("current")) {
    problems.add("current", visit.words("field.password.missing"));
    return proof_page(visit, problems);
  }
  const auto outcome = house_.neighbours.factor_changes.begin(
      changer(visit), visit.form.secret("current"), visit.form.secret("code"));
  if (!outcome) {
    problems.fault(visit.words, outcome.error(), visit.request.path);
    return proof_page(visit, problems);
  }
  if (const auto* refusal = std::get_if<Refusal>(&*outcome)) {
    problems.refuse(
        visit.words, *refusal, proof_field_of(refusal->reason),
        refusal->reason == RefusalReason::wrong_credentials ? "field.current_password.wrong" : "");
    return proof_page(visit, problems);
  }
  return answer(visit, outcome);
}

http::Response FactorPages::show(const Visit& visit, Way page) const {
  const auto view = find(visit);
  if (!view) return house_.pages.failed(visit, view.error());
  if (!*view) return redirect(kPath);
  // Whoever is asked for a number or a code may choose again.
  if (page != Way::choice && page != (*view)->step) return redirect(path_of((*view)->step));
  return page_of(visit, **view, page, {});
}

http::Response FactorPages::page_of(const Visit& visit, const FactorChangeView& view, Way page,
                                    const Problems& problems) const {
  Page shown;
  switch (page) {
    case Way::number: shown = phone_page(visit, kPath, visit.form.text("phone"), problems); break;
    case Way::sms_code:
      shown = sms_code_page(visit, kPath,
                            {view.phone_masked, std::string(visit.form.text("phone"))}, problems);
      break;
    case Way::app_code: {
      Result<Page> app =
          app_page(visit, kPath, house_.neighbours.qr_codes, view.app_key, view.app_uri, problems);
      if (!app) return house_.pages.failed(visit, app.error());
      shown = std::move(*app);
      break;
    }
    case Way::letter:
    case Way::choice: shown = factor_choice_page(kPath, visit.form.text("factor"), problems); break;
  }
  shown.path = path_of(page);
  shown.problems = &problems;
  return house_.pages.show(visit, std::move(shown));
}

http::Response FactorPages::again(const Visit& visit, const Problems& problems) const {
  const auto view = find(visit);
  if (!view) return house_.pages.failed(visit, view.error());
  if (!*view) {
    // What was wrong with an answer to a change that is over matters no more.
    Problems ended;
    ended.add("", visit.words("my_account.change.ended"));
    return proof_page(visit, problems.is_refusal() ? problems : ended);
  }
  const bool choosing = visit.request.path == path_of(Way::choice);
  return page_of(visit, **view, choosing ? Way::choice : (*view)->step, problems);
}

http::Response FactorPages::answer(const Visit& visit, const FactorChangeService::Step& outcome,
                                   std::string_view note) const {
  Problems problems;
  if (!outcome) {
    problems.fault(visit.words, outcome.error(), visit.request.path);
    return again(visit, problems);
  }
  if (const auto* refusal = std::get_if<Refusal>(&*outcome)) {
    const bool ended = refusal->reason == RefusalReason::start_again;
    problems.refuse(visit.words, *refusal, field_of(refusal->reason),
                    ended ? "my_account.change.ended" : "");
    return again(visit, problems);
  }
  if (std::holds_alternative<FactorChangeService::Done>(*outcome)) {
    http::Response response = redirect("/account?changed=factor");
    clear_cookie(response, cookies::change);
    return response;
  }
  const auto& kept = std::get<FactorChangeService::Kept>(*outcome);
  http::Response response = redirect(path_of(kept.step).append(note));
  set_cookie(response, cookies::change, kept.state.reveal());
  return response;
}

http::Response FactorPages::choose(const Visit& visit) const {
  const std::string_view chosen = visit.form.text("factor");
  for (const FactorKind kind : {FactorKind::totp, FactorKind::sms}) {
    if (chosen != name_of(kind)) continue;
    return answer(visit,
                  house_.neighbours.factor_changes.choose(changer(visit), state_of(visit), kind));
  }
  Problems problems;
  problems.add("factor", visit.words("field.factor.missing"));
  return again(visit, problems);
}

http::Response FactorPages::choose_again(const Visit& /*visit*/) const {
  return redirect(path_of(Way::choice));
}

http::Response FactorPages::give_phone(const Visit& visit) const {
  const auto phone = PhoneNumber::parse(visit.form.text("phone"), house_.settings.home_region);
  if (!phone) {
    Problems problems;
    problems.add("phone", visit.words(phone.error().code == Errc::denied ? "field.phone.not_mobile"
                                                                         : "field.phone.wrong"));
    return again(visit, problems);
  }
  return answer(
      visit, house_.neighbours.factor_changes.give_phone(changer(visit), state_of(visit), *phone));
}

http::Response FactorPages::resend(const Visit& visit) const {
  return answer(visit, house_.neighbours.factor_changes.resend(changer(visit), state_of(visit)),
                "?sent=1");
}

http::Response FactorPages::confirm(const Visit& visit) const {
  return answer(visit, house_.neighbours.factor_changes.confirm(changer(visit), state_of(visit),
                                                                visit.form.secret("code")));
}

}  // namespace portal::web
