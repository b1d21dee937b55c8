#include "domain/registration_act.hpp"

#include <utility>

#include "domain/audit_trail.hpp"

namespace portal {

RegistrationAct::RegistrationAct(Transaction& in, Registration registration, std::string_view what,
                                 const Source& from, UtcTime when)
    : transaction(in),
      row(std::move(registration)),
      source(from),
      now(when),
      what_(what),
      before_(row.step) {}

Result<void> RegistrationAct::keep(RegistrationStep to) {
  row.step = to;
  row.updated = now;
  const Result<bool> kept = transaction.registrations().update(row, before_);
  if (!kept) return fail(kept.error());
  if (!*kept) return fail(Errc::conflict, "the registration moved on meanwhile");
  return {};
}

RegistrationAct::Outcome RegistrationAct::advance(RegistrationStep to, std::string_view factor) {
  if (Result<void> kept = keep(to); !kept) return fail(std::move(kept).error());
  AuditEvent event = success_event(now, what_, row.account.text(), source);
  event.factor = factor;
  event.reason = "next: " + std::string(name_of(to));
  if (Result<void> told = transaction.audit().append(event); !told) {
    return fail(std::move(told).error());
  }
  return to;
}

RegistrationAct::Outcome RegistrationAct::refuse(RefusalReason reason, std::string_view why) {
  return tell_refusal(transaction, now, what_, row.account.text(), source, reason, why);
}

RegistrationAct::Outcome RegistrationAct::give_up(std::string_view why) {
  if (Result<void> kept = keep(RegistrationStep::abandoned); !kept) {
    return fail(std::move(kept).error());
  }
  return refuse(RefusalReason::start_again, why);
}

}  // namespace portal
