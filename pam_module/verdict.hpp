#pragma once

#include "wire/core/client.hpp"
#include "wire/core/protocol.hpp"

namespace portal::pam {

/// The PAM code for what the daemon decided. PAM_SUCCESS for `success` alone, PAM_IGNORE for
/// nothing (requirement M2); PAM_USER_UNKNOWN in the account phase alone (M3).
int code_of(wire::Operation operation, wire::Outcome outcome) noexcept;

/// The PAM code when the daemon could not be asked; never PAM_SUCCESS or PAM_IGNORE (M2).
int code_of(wire::Operation operation, wire::ClientFault fault) noexcept;

/// The PAM code when the application is at fault: `conversation` stands for PAM_CONV_ERR, or
/// whatever else a library call gave; what is not a refusal becomes one (M1, M2).
int refusal_of(wire::Operation operation, int code) noexcept;

}  // namespace portal::pam
