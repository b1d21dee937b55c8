#pragma once

#include <security/pam_modules.h>

#include "wire/core/protocol.hpp"

namespace portal::pam {

/// Asks the daemon to carry out `operation` for the handle's user, showing what the daemon wants
/// shown and bringing back the answers; the daemon drives, the module decides nothing.
/// Returns a PAM code: PAM_SUCCESS only if the daemon said so and PAM_USER is still the name that
/// it was said of (requirements M2, M3).
int run(pam_handle_t* handle, wire::Operation operation, int flags, int count,
        const char** arguments) noexcept;

}  // namespace portal::pam
