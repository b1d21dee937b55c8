#include "verdict.hpp"

#include <security/pam_modules.h>

namespace portal::pam {

namespace {

using wire::ClientFault;
using wire::Operation;
using wire::Outcome;

int authentication_code(Outcome outcome) {
  switch (outcome) {
    case Outcome::success: return PAM_SUCCESS;
    case Outcome::denied:
    case Outcome::unknown_user:
    case Outcome::account_expired:
    case Outcome::account_unusable:
    case Outcome::new_password_required: return PAM_AUTH_ERR;
    case Outcome::unavailable: return PAM_AUTHINFO_UNAVAIL;
    case Outcome::max_tries: return PAM_MAXTRIES;
    case Outcome::internal: return PAM_SYSTEM_ERR;
  }
  return PAM_SYSTEM_ERR;
}

int account_code(Outcome outcome) {
  switch (outcome) {
    case Outcome::success: return PAM_SUCCESS;
    case Outcome::denied:
    case Outcome::account_unusable:
    case Outcome::max_tries: return PAM_PERM_DENIED;
    case Outcome::unknown_user: return PAM_USER_UNKNOWN;
    case Outcome::unavailable: return PAM_AUTHINFO_UNAVAIL;
    case Outcome::account_expired: return PAM_ACCT_EXPIRED;
    case Outcome::new_password_required: return PAM_NEW_AUTHTOK_REQD;
    case Outcome::internal: return PAM_SYSTEM_ERR;
  }
  return PAM_SYSTEM_ERR;
}

/// The same codes in both phases, but that the first is where an application still hopes.
int password_code(Operation operation, Outcome outcome) {
  const bool preparing = operation == Operation::prepare_password_change;
  switch (outcome) {
    case Outcome::success: return PAM_SUCCESS;
    case Outcome::denied:
    case Outcome::unknown_user:
    case Outcome::new_password_required: return preparing ? PAM_PERM_DENIED : PAM_AUTHTOK_ERR;
    case Outcome::account_expired:
    case Outcome::account_unusable: return PAM_PERM_DENIED;
    case Outcome::unavailable: return preparing ? PAM_TRY_AGAIN : PAM_AUTHINFO_UNAVAIL;
    case Outcome::max_tries: return PAM_MAXTRIES;
    case Outcome::internal: return PAM_SYSTEM_ERR;
  }
  return PAM_SYSTEM_ERR;
}

}  // namespace

int code_of(Operation operation, Outcome outcome) noexcept {
  switch (operation) {
    case Operation::authenticate: return authentication_code(outcome);
    case Operation::account: return account_code(outcome);
    case Operation::open_session:
    case Operation::close_session:
      return outcome == Outcome::success ? PAM_SUCCESS : PAM_SESSION_ERR;
    case Operation::prepare_password_change:
    case Operation::change_password: return password_code(operation, outcome);
  }
  return PAM_SYSTEM_ERR;
}

int code_of(Operation operation, ClientFault fault) noexcept {
  switch (fault) {
    case ClientFault::absent:
    case ClientFault::timed_out:
    case ClientFault::closed: return code_of(operation, Outcome::unavailable);
    case ClientFault::too_large: return code_of(operation, Outcome::denied);
    case ClientFault::none:
    case ClientFault::untrusted:
    case ClientFault::malformed:
    case ClientFault::system: return code_of(operation, Outcome::internal);
  }
  return code_of(operation, Outcome::internal);
}

int refusal_of(Operation operation, int code) noexcept {
  if (code_of(operation, Outcome::denied) == PAM_SESSION_ERR) return PAM_SESSION_ERR;
  if (code == PAM_CONV_ERR || code == PAM_BUF_ERR || code == PAM_SERVICE_ERR) return code;
  if (code == PAM_AUTHTOK_RECOVERY_ERR && operation == Operation::change_password) return code;
  if (code == PAM_AUTH_ERR || code == PAM_AUTHTOK_RECOVERY_ERR)
    return code_of(operation, Outcome::denied);
  return PAM_SYSTEM_ERR;
}

}  // namespace portal::pam
