#pragma once

#include "identity/password_rules.hpp"
#include "web/problems.hpp"
#include "web/values.hpp"
#include "web/words.hpp"

namespace portal::web {

/// The values of a page that wants a new password, twice: "password", "password_again" and whether
/// the list of the portal's rules belongs to it.
Values new_password_fields(const Words& words, PasswordProfile profile, const Problems& problems);

}  // namespace portal::web
