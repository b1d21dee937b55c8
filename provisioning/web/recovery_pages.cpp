#include "web/recovery_pages.hpp"

#include <utility>

#include "domain/recovery.hpp"
#include "web/factor_steps.hpp"
#include "web/fields.hpp"
#include "web/public_pages.hpp"

namespace portal::web {

using http::Method;

namespace {

constexpr const char* kPath = "/account/recovery-codes";

}  // namespace

void RecoveryPages::add_routes(http::Router& router, const Gate& gate) {
  gate.add(router, Method::post, "/account/recovery-codes/begin",
           [this](Visit& visit) { return begin(visit); });
  gate.add(router, Method::get, kPath, [this](Visit& visit) { return show(visit); });
  gate.add(router, Method::post, kPath, [this](Visit& visit) { return issue(visit); });
}

/// An SMS code of this act is good for no login, and the other way round (requirement S1).
FactorClaim RecoveryPages::claim_of(const Visit& visit) {
  const AccountId& account = visit.session->account;
  return {account,          "recovery:" + visit.portal.id.text(),
          visit.portal.id,  visit.source(),
          visit.language(), account.text()};
}

http::Response RecoveryPages::begin(const Visit& visit) const {
  if (!visit.session) return house_.pages.outside(visit);
  const auto refused = house_.neighbours.recovery.call_factor(claim_of(visit));
  if (!refused) return house_.pages.failed(visit, refused.error());
  if (!*refused) return redirect(std::string(kPath) + "?sent=1");
  Problems problems;
  problems.refuse(visit.words, **refused, field_of((*refused)->reason));
  return code_page(visit, problems);
}

http::Response RecoveryPages::show(const Visit& visit) const {
  if (!visit.session) return house_.pages.outside(visit);
  return code_page(visit, {});
}

http::Response RecoveryPages::code_page(const Visit& visit, const Problems& problems) const {
  const auto factor = house_.own_account.factor_of(visit.session->account);
  if (!factor) return house_.pages.failed(visit, factor.error());
  const bool by_sms = *factor && (*factor)->kind == FactorKind::sms;
  return house_.pages.show(
      visit,
      {"recovery_codes",
       "my_account.recovery.title",
       kPath,
       0,
       {{"by_sms", by_sms},
        {"number", by_sms ? (*factor)->phone_masked : ""},
        {"sent", by_sms && visit.query.text("sent") == "1"},
        {"code", code_field(visit.words, by_sms ? "field.sms_code" : "field.app_code", problems)}},
       &problems});
}

http::Response RecoveryPages::issue(const Visit& visit) const {
  if (!visit.session) return house_.pages.outside(visit);
  auto issued = house_.neighbours.recovery.issue(claim_of(visit), visit.form.secret("code"));
  if (!issued) return house_.pages.failed(visit, issued.error());
  if (const auto* refusal = std::get_if<Refusal>(&*issued)) {
    Problems problems;
    problems.refuse(visit.words, *refusal, field_of(refusal->reason));
    return code_page(visit, problems);
  }
  // In the answer to the POST, not behind a redirect: nowhere are they kept to be shown once more.
  std::vector<Values> codes;
  for (const Secret& code : std::get<std::vector<Secret>>(*issued)) {
    codes.push_back({{"code", std::string(code.reveal())}});
  }
  return house_.pages.show(visit, {"recovery_codes_new",
                                   "my_account.recovery.new.title",
                                   "/account",
                                   0,
                                   {{"codes", std::move(codes)}},
                                   nullptr});
}

}  // namespace portal::web
