#pragma once

#include <string_view>

#include "domain/ports/directory.hpp"

namespace portal::directory {

/// Reads the scheme and the costs off a value of userPassword; neither salt nor hash nor a password
/// in clear text is in what comes out.
PasswordStorage parse_stored_password(std::string_view stored);

}  // namespace portal::directory
