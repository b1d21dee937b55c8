#include "domain/reset_act.hpp"

#include <utility>

#include "domain/audit_trail.hpp"

namespace portal {

ResetAct::ResetAct(Transaction& in, PasswordReset reset, std::string_view what, const Source& from,
                   UtcTime when)
    : transaction(in),
      row(std::move(reset)),
      source(from),
      now(when),
      what_(what),
      before_(row.step) {}

Result<void> ResetAct::keep(ResetStep to) {
  row.step = to;
  row.updated = now;
  const Result<bool> kept = transaction.password_resets().update(row, before_);
  if (!kept) return fail(kept.error());
  if (!*kept) return fail(Errc::conflict, "the reset moved on meanwhile");
  return {};
}

ResetAct::Outcome ResetAct::advance(ResetStep to, std::string_view factor) {
  if (Result<void> kept = keep(to); !kept) return fail(std::move(kept).error());
  AuditEvent event = success_event(now, what_, row.account.text(), source);
  event.factor = factor;
  event.reason = "next: " + std::string(name_of(to));
  if (Result<void> told = transaction.audit().append(event); !told) {
    return fail(std::move(told).error());
  }
  return to;
}

ResetAct::Outcome ResetAct::refuse(RefusalReason reason, std::string_view why,
                                   std::string_view factor) {
  return tell_refusal(transaction, now, what_, row.account.text(), source, reason, why, factor);
}

ResetAct::Outcome ResetAct::give_up(RefusalReason reason, std::string_view why) {
  if (Result<void> kept = keep(ResetStep::abandoned); !kept) return fail(std::move(kept).error());
  return refuse(reason, why);
}

}  // namespace portal
