#pragma once

#include <string_view>

#include "base/result.hpp"
#include "domain/login.hpp"
#include "domain/refusal.hpp"
#include "wire/core/protocol.hpp"

namespace portal::ipc {

/// The wire's word for each of the domain's; one switch each, no default, and none of them gives
/// `success` for anything but a usable account (requirement M2).
wire::Outcome outcome_of(RefusalReason reason) noexcept;
wire::Outcome outcome_of(LoginService::Standing standing) noexcept;
wire::Outcome outcome_of(Errc failure) noexcept;

/// Stable lower-case names, for logs: "open_session", "denied".
std::string_view name_of(wire::Operation operation) noexcept;
std::string_view name_of(wire::Outcome outcome) noexcept;

}  // namespace portal::ipc
