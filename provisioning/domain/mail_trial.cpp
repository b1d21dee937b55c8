#include "domain/mail_trial.hpp"

#include "domain/audit_trail.hpp"
#include "domain/ports/store.hpp"

namespace portal {

Result<std::vector<MailTrial>> MailTrialService::send(const EmailAddress& to, Language language,
                                                      std::string_view relay,
                                                      const Administrator& by) {
  if (trials_ == nullptr) {
    return fail(Errc::conflict, "no mail relay is set; mails go into the spool");
  }
  const Result<void> told = store_.write("admin.try_mail", [&](Transaction& transaction) {
    AuditEvent event = success_event(clock_.now(), "admin.mail_tried", "", by.source);
    event.actor = by.name;
    event.reason = relay;
    return transaction.audit().append(event);
  });
  if (!told) return fail(told.error());
  return trials_->send(to, language, relay);
}

}  // namespace portal
