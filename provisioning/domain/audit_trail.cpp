#include "domain/audit_trail.hpp"

#include <utility>

#include "domain/ports/store.hpp"

namespace portal {
namespace {

constexpr std::string_view kRenamed = "registration.account_renamed";
constexpr std::string_view kUntilNow = "until now ";

}  // namespace

std::string_view outcome_of(RefusalReason reason) noexcept {
  switch (reason) {
    case RefusalReason::too_many_tries:
    case RefusalReason::must_wait: return "rate_limited";
    case RefusalReason::unavailable: return "unavailable";
    case RefusalReason::wrong_data:
    case RefusalReason::wrong_code:
    case RefusalReason::expired_code:
    case RefusalReason::wrong_credentials:
    case RefusalReason::code_sent:
    case RefusalReason::not_understood:
    case RefusalReason::code_missing:
    case RefusalReason::start_again:
    case RefusalReason::code_used:
    case RefusalReason::address_taken:
    case RefusalReason::number_not_allowed:
    case RefusalReason::account_unusable:
    case RefusalReason::factor_missing: return "denied";
  }
  return "denied";
}

std::string_view name_of(RefusalReason reason) noexcept {
  switch (reason) {
    case RefusalReason::wrong_data: return "wrong_data";
    case RefusalReason::wrong_code: return "wrong_code";
    case RefusalReason::expired_code: return "expired_code";
    case RefusalReason::wrong_credentials: return "wrong_credentials";
    case RefusalReason::too_many_tries: return "too_many_tries";
    case RefusalReason::must_wait: return "must_wait";
    case RefusalReason::code_sent: return "code_sent";
    case RefusalReason::not_understood: return "not_understood";
    case RefusalReason::code_missing: return "code_missing";
    case RefusalReason::start_again: return "start_again";
    case RefusalReason::code_used: return "code_used";
    case RefusalReason::address_taken: return "address_taken";
    case RefusalReason::number_not_allowed: return "number_not_allowed";
    case RefusalReason::account_unusable: return "account_unusable";
    case RefusalReason::factor_missing: return "factor_missing";
    case RefusalReason::unavailable: return "unavailable";
  }
  return "unavailable";
}

AuditEvent success_event(UtcTime when, std::string_view what, std::string_view account,
                         const Source& source) {
  AuditEvent event;
  event.when = when;
  event.decision = DecisionId::random();
  event.what = what;
  event.outcome = "success";
  event.account = account;
  event.source = source;
  return event;
}

AuditEvent refusal_event(UtcTime when, std::string_view what, std::string_view account,
                         const Source& source, const Refusal& refusal, std::string_view why) {
  AuditEvent event = success_event(when, what, account, source);
  event.decision = refusal.decision;
  event.outcome = outcome_of(refusal.reason);
  event.reason = std::string(name_of(refusal.reason));
  if (!why.empty()) event.reason += ": " + std::string(why);
  return event;
}

AuditEvent renamed_event(UtcTime when, std::string_view account, std::string_view earlier,
                         const Source& source) {
  AuditEvent event = success_event(when, kRenamed, account, source);
  event.reason = std::string(kUntilNow) + std::string(earlier);
  return event;
}

std::optional<std::string> earlier_id_in(const AuditEvent& event) {
  if (event.what != kRenamed || !event.reason.starts_with(kUntilNow)) return std::nullopt;
  return event.reason.substr(kUntilNow.size());
}

Result<Refusal> tell_refusal(Transaction& transaction, UtcTime when, std::string_view what,
                             std::string_view account, const Source& source, RefusalReason reason,
                             std::string_view why, std::string_view factor) {
  const Refusal refusal{reason, DecisionId::random()};
  AuditEvent event = refusal_event(when, what, account, source, refusal, why);
  event.factor = factor;
  if (auto told = transaction.audit().append(event); !told) return fail(std::move(told).error());
  return refusal;
}

}  // namespace portal
