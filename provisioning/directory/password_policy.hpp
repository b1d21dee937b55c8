#pragma once

#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "domain/ports/directory.hpp"

namespace portal::directory {

/// What the password policy said beside the result code
/// (draft-behera-ldap-password-policy-10 section 6.2).
struct PolicyAnswer {
  enum class Fault {
    none,
    expired,
    locked,
    change_after_reset,
    modification_not_allowed,
    old_password_wanted,
    too_weak,
    too_short,
    too_young,
    in_history,
    too_long,
  };
  Fault fault = Fault::none;
  std::optional<int> seconds_before_expiration;
  std::optional<int> grace_logins_left;
};

/// The end of a bind. Acceptance wants LDAP_SUCCESS and no fault (requirement L4).
/// Fails: as `error_of`.
Result<BindAnswer> judge_bind(int result_code, const PolicyAnswer& policy,
                              std::string_view diagnostic);

/// The end of a Password Modify: nothing if the password was taken. Fails: as `error_of`.
Result<std::optional<PasswordRefusal>> judge_new_password(int result_code,
                                                          const PolicyAnswer& policy,
                                                          std::string_view diagnostic);

}  // namespace portal::directory
