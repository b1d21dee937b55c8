#include "domain/password_words.hpp"

namespace portal {

std::string_view key_of(PasswordFault fault) noexcept {
  switch (fault) {
    case PasswordFault::too_short: return "password.too_short";
    case PasswordFault::too_long: return "password.too_long";
    case PasswordFault::no_digit: return "password.no_digit";
    case PasswordFault::no_lower_case: return "password.no_lower_case";
    case PasswordFault::no_upper_case: return "password.no_upper_case";
    case PasswordFault::no_special: return "password.no_special";
    case PasswordFault::not_text: return "password.not_text";
    case PasswordFault::common: return "password.common";
    case PasswordFault::contains_name: return "password.contains_name";
    case PasswordFault::contains_portal: return "password.contains_portal";
  }
  return "password.not_text";
}

std::string_view key_of(PasswordRefusal refusal) noexcept {
  switch (refusal) {
    case PasswordRefusal::too_short:
    case PasswordRefusal::too_weak:
    case PasswordRefusal::other: return "password.by_directory";
    case PasswordRefusal::in_history: return "password.in_history";
    case PasswordRefusal::too_young: return "password.too_young";
  }
  return "password.by_directory";
}

std::string_view rule_key(PasswordProfile profile) noexcept {
  switch (profile) {
    case PasswordProfile::portal: return "password.rule_portal";
    case PasswordProfile::nist_800_63b_4: return "password.rule_nist";
  }
  return "password.rule_portal";
}

}  // namespace portal
