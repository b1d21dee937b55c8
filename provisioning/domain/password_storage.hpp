#pragma once

#include <string>

#include "domain/ports/directory.hpp"

namespace portal {

/// What is weak in how the directory stores passwords, for an administrator; empty if nothing is:
/// Argon2id with at least 19 MiB and two passes (P6).
std::string weakness_of(const PasswordStorage& storage);

}  // namespace portal
