#include "domain/sms_trial.hpp"

#include "domain/audit_trail.hpp"
#include "domain/ports/store.hpp"

namespace portal {

Result<std::vector<SmsTrial>> SmsTrialService::send(std::string_view number, Language language,
                                                    std::string_view gateway,
                                                    const Administrator& by) {
  const Result<PhoneNumber> to = PhoneNumber::parse(number, settings_.home_region);
  if (!to || !settings_.allowed_calling_codes.contains(to->calling_code())) {
    return fail(Errc::malformed, "not a number that SMS may be sent to");
  }
  if (trials_ == nullptr) {
    return fail(Errc::conflict, "no SMS gateway is set; SMS go into the spool");
  }
  const Result<void> told = store_.write("admin.try_sms", [&](Transaction& transaction) {
    AuditEvent event = success_event(clock_.now(), "admin.sms_tried", "", by.source);
    event.actor = by.name;
    event.reason = gateway;
    return transaction.audit().append(event);
  });
  if (!told) return fail(told.error());
  return trials_->send(*to, language, gateway);
}

}  // namespace portal
