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

bool is_session(Operation operation) {
  switch (operation) {
    case Operation::authenticate:
    case Operation::account: return false;
    case Operation::prepare_password_change:
    case Operation::change_password: return false;
    case Operation::open_session:
    case Operation::close_session: return true;
  }
  return false;
}

}  // namespace

int code_of(Operation operation, Outcome outcome) noexcept {
  switch (operation) {
    case Operation::authenticate:
    case Operation::prepare_password_change:
    case Operation::change_password: return authentication_code(outcome);
    case Operation::account: return account_code(outcome);
    case Operation::open_session:
    case Operation::close_session:
      return outcome == Outcome::success ? PAM_SUCCESS : PAM_SESSION_ERR;
  }
  return PAM_SYSTEM_ERR;
}

int code_of(Operation operation, ClientFault fault) noexcept {
  if (is_session(operation)) return PAM_SESSION_ERR;
  switch (fault) {
    case ClientFault::absent:
    case ClientFault::timed_out:
    case ClientFault::closed: return PAM_AUTHINFO_UNAVAIL;
    case ClientFault::too_large: return refusal_of(operation, PAM_AUTH_ERR);
    case ClientFault::none:
    case ClientFault::untrusted:
    case ClientFault::malformed:
    case ClientFault::system: return PAM_SYSTEM_ERR;
  }
  return PAM_SYSTEM_ERR;
}

int refusal_of(Operation operation, int code) noexcept {
  if (is_session(operation)) return PAM_SESSION_ERR;
  if (code == PAM_CONV_ERR || code == PAM_BUF_ERR || code == PAM_SERVICE_ERR) return code;
  if (code == PAM_AUTH_ERR) return operation == Operation::account ? PAM_PERM_DENIED : PAM_AUTH_ERR;
  return PAM_SYSTEM_ERR;
}

}  // namespace portal::pam
