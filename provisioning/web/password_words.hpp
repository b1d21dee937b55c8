#pragma once

#include <string_view>

#include "identity/password_rules.hpp"

namespace portal::web {

/// The message key of the sentence for a fault of a new password.
std::string_view key_of(PasswordFault fault) noexcept;
/// The message key of the rule that the page tells before anything is typed.
std::string_view rule_key(PasswordProfile profile) noexcept;

}  // namespace portal::web
