#pragma once

#include "wire/core/client.hpp"
#include "wire/core/protocol.hpp"

namespace portal::pam {

// One table for all phases; the manual pam_portal(8) shows the same.
//
//                        authenticate      account           password, 1st   password, 2nd
// success                SUCCESS           SUCCESS           SUCCESS         SUCCESS
// denied                 AUTH_ERR          PERM_DENIED       PERM_DENIED     AUTHTOK_ERR
// unknown_user           AUTH_ERR          USER_UNKNOWN      PERM_DENIED     AUTHTOK_ERR
// account_expired        AUTH_ERR          ACCT_EXPIRED      PERM_DENIED     PERM_DENIED
// account_unusable       AUTH_ERR          PERM_DENIED       PERM_DENIED     PERM_DENIED
// new_password_required  AUTH_ERR          NEW_AUTHTOK_REQD  PERM_DENIED     AUTHTOK_ERR
// max_tries              MAXTRIES          PERM_DENIED       MAXTRIES        MAXTRIES
// unavailable            AUTHINFO_UNAVAIL  AUTHINFO_UNAVAIL  TRY_AGAIN       AUTHINFO_UNAVAIL
// internal               SYSTEM_ERR        SYSTEM_ERR        SYSTEM_ERR      SYSTEM_ERR
//
// A session is SUCCESS or SESSION_ERR.

/// The PAM code for what the daemon decided. PAM_SUCCESS for `success` alone, PAM_IGNORE for
/// nothing (requirement M2); PAM_USER_UNKNOWN in the account phase alone (M3).
int code_of(wire::Operation operation, wire::Outcome outcome) noexcept;

/// The PAM code when the daemon could not be asked: a daemon that is away is `unavailable`, a text
/// that it would not take is `denied`, the rest is `internal`. Never PAM_SUCCESS or PAM_IGNORE
/// (M2).
int code_of(wire::Operation operation, wire::ClientFault fault) noexcept;

/// The PAM code when the application or the stack is at fault. `code` is what a library call gave:
/// PAM_CONV_ERR, PAM_BUF_ERR and PAM_SERVICE_ERR stay, PAM_AUTHTOK_RECOVERY_ERR (no first pass)
/// stays where the password is changed, and is `denied` elsewhere, as PAM_AUTH_ERR is; whatever
/// else becomes PAM_SYSTEM_ERR (M1, M2). For a session all are PAM_SESSION_ERR.
int refusal_of(wire::Operation operation, int code) noexcept;

}  // namespace portal::pam
