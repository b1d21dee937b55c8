#include "web/proof_fields.hpp"

#include "web/factor_steps.hpp"
#include "web/fields.hpp"

namespace portal::web {

std::string_view proof_field_of(RefusalReason reason) noexcept {
  return reason == RefusalReason::wrong_credentials ? "current" : field_of(reason);
}

Result<Values> proof_fields(House& house, const Visit& visit, std::string_view here,
                            const Problems& problems) {
  const auto factor = house.own_account.factor_of(visit.session->account);
  if (!factor) return fail(factor.error());
  const bool by_recovery =
      visit.query.text("recovery") == "1" || visit.form.text("recovery") == "1";
  const bool by_sms = !by_recovery && *factor && (*factor)->kind == FactorKind::sms;
  const Field current{.name = "current",
                      .label = "field.current_password",
                      .type = "password",
                      .autocomplete = "current-password",
                      .longest = 1024};
  const Field recovery_code{.name = "code", .label = "field.recovery_code", .longest = 40};
  const std::string_view label = by_sms ? "field.sms_code" : "field.app_code";
  return Values{{"here", std::string(here)},
                {"current", field(visit.words, current, problems)},
                {"by_sms", by_sms},
                // Whoever has typed a code has had one.
                {"sms_sent", by_sms && (was_sent(visit) || visit.form.has("code"))},
                {"number", by_sms ? (*factor)->phone_masked : ""},
                {"sent", by_sms && was_sent(visit)},
                {"by_app", !by_sms && !by_recovery},
                {"by_recovery", by_recovery},
                {"code", by_recovery ? field(visit.words, recovery_code, problems)
                                     : code_field(visit.words, label, problems)}};
}

}  // namespace portal::web
