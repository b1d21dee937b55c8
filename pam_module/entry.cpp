// What libpam calls. Each entry point hands over to the daemon; none keeps anything for the next,
// since authentication and session may run in different processes (sshd).

#include <security/pam_modules.h>

#include "exchange.hpp"

using portal::pam::run;
using portal::wire::Operation;

#define PORTAL_ENTRY extern "C" __attribute__((visibility("default"))) int

PORTAL_ENTRY pam_sm_authenticate(pam_handle_t* handle, int flags, int count,
                                 const char** arguments) {
  return run(handle, Operation::authenticate, flags, count, arguments);
}

// Nothing to set, refresh or delete: the login leaves no credentials in the process, and asking the
// daemon here would let its restart undo a login that has just succeeded.
PORTAL_ENTRY pam_sm_setcred(pam_handle_t*, int, int, const char**) { return PAM_SUCCESS; }

PORTAL_ENTRY pam_sm_acct_mgmt(pam_handle_t* handle, int flags, int count, const char** arguments) {
  return run(handle, Operation::account, flags, count, arguments);
}

PORTAL_ENTRY pam_sm_open_session(pam_handle_t* handle, int flags, int count,
                                 const char** arguments) {
  return run(handle, Operation::open_session, flags, count, arguments);
}

PORTAL_ENTRY pam_sm_close_session(pam_handle_t* handle, int flags, int count,
                                  const char** arguments) {
  return run(handle, Operation::close_session, flags, count, arguments);
}

// libpam calls twice: once for every module of the stack to say whether a change can be asked for,
// and once to make it.
PORTAL_ENTRY pam_sm_chauthtok(pam_handle_t* handle, int flags, int count, const char** arguments) {
  switch (flags & (PAM_PRELIM_CHECK | PAM_UPDATE_AUTHTOK)) {
    case PAM_PRELIM_CHECK:
      return run(handle, Operation::prepare_password_change, flags, count, arguments);
    case PAM_UPDATE_AUTHTOK:
      return run(handle, Operation::change_password, flags, count, arguments);
    default: return PAM_SYSTEM_ERR;  // not a caller that knows what it wants
  }
}
