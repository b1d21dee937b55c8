#pragma once

#include <string>
#include <string_view>

#include "domain/ports/audit.hpp"
#include "domain/refusal.hpp"

namespace portal {

/// The outcome that an audit event tells for a refusal: "denied", "rate_limited", "unavailable".
std::string_view outcome_of(RefusalReason reason) noexcept;

/// A success; the caller fills in what else it knows.
AuditEvent success_event(UtcTime when, std::string_view what, std::string_view account,
                         const Source& source);

/// A refusal, told with its reason.
AuditEvent refusal_event(UtcTime when, std::string_view what, std::string_view account,
                         const Source& source, const Refusal& refusal, std::string_view why);

}  // namespace portal
