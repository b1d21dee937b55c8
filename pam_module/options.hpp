#pragma once

#include <security/pam_modules.h>
#include <sys/types.h>

#include "wire/core/client.hpp"

namespace portal::pam {

#ifndef PORTAL_SERVER_UID
#define PORTAL_SERVER_UID 0
#endif

/// What stands behind the module's name in a PAM stack.
struct Options {
  const char* socket = wire::kDefaultSocket;  ///< `socket=/path`
  uid_t server_uid = PORTAL_SERVER_UID;  ///< `server_uid=990`: who may listen there, beside root
  wire::FirstPass first_pass = wire::FirstPass::ask;     ///< `try_first_pass`, `use_first_pass`
  wire::Proof proof = wire::Proof::password_and_factor;  ///< `second_factor_only`
};

/// Reads the arguments of a stack's line. An unknown or malformed one, or two that contradict each
/// other, are logged and refused: a mistyped option must not weaken a login unseen. False if
/// refused.
bool parse_options(pam_handle_t* handle, int count, const char** arguments, Options& options);

}  // namespace portal::pam
