#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "domain/ports/audit.hpp"
#include "domain/refusal.hpp"

namespace portal {

class Transaction;

/// The outcome that an audit event tells for a refusal: "denied", "rate_limited", "unavailable".
std::string_view outcome_of(RefusalReason reason) noexcept;

/// A success; the caller fills in what else it knows.
AuditEvent success_event(UtcTime when, std::string_view what, std::string_view account,
                         const Source& source);

/// A refusal, told with its reason.
AuditEvent refusal_event(UtcTime when, std::string_view what, std::string_view account,
                         const Source& source, const Refusal& refusal, std::string_view why);

/// The account that a registration is to have got another id than the one it was told of under.
AuditEvent renamed_event(UtcTime when, std::string_view account, std::string_view earlier,
                         const Source& source);
/// The id before, if `event` is one of those.
std::optional<std::string> earlier_id_in(const AuditEvent& event);

/// Refuses inside the caller's transaction, and tells the audit log. Fails: as the log.
Result<Refusal> tell_refusal(Transaction& transaction, UtcTime when, std::string_view what,
                             std::string_view account, const Source& source, RefusalReason reason,
                             std::string_view why, std::string_view factor = {});

}  // namespace portal
