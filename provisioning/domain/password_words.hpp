#pragma once

#include <string_view>

#include "domain/ports/directory.hpp"
#include "identity/password_rules.hpp"

namespace portal {

/// The message key of the sentence for a fault of a new password.
std::string_view key_of(PasswordFault fault) noexcept;
/// The message key of the sentence for what the directory's own policy has against one.
std::string_view key_of(PasswordRefusal refusal) noexcept;
/// The message key of the rule that is told before anything is typed.
std::string_view rule_key(PasswordProfile profile) noexcept;

}  // namespace portal
