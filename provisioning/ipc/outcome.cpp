#include "ipc/outcome.hpp"

namespace portal::ipc {

using wire::Outcome;

Outcome outcome_of(RefusalReason reason) noexcept {
  switch (reason) {
    case RefusalReason::wrong_data:
    case RefusalReason::wrong_code:
    case RefusalReason::expired_code:
    case RefusalReason::wrong_credentials:
    case RefusalReason::must_wait:
    case RefusalReason::code_sent:
    case RefusalReason::not_understood:
    case RefusalReason::code_missing:
    case RefusalReason::start_again:
    case RefusalReason::code_used:
    case RefusalReason::address_taken:
    case RefusalReason::number_not_allowed: return Outcome::denied;
    case RefusalReason::too_many_tries: return Outcome::max_tries;
    case RefusalReason::account_unusable:
    case RefusalReason::factor_missing: return Outcome::account_unusable;
    case RefusalReason::unavailable: return Outcome::unavailable;
  }
  return Outcome::internal;
}

Outcome outcome_of(LoginService::Standing standing) noexcept {
  switch (standing) {
    case LoginService::Standing::usable: return Outcome::success;
    case LoginService::Standing::unknown: return Outcome::unknown_user;
    case LoginService::Standing::unusable: return Outcome::account_unusable;
    case LoginService::Standing::must_change: return Outcome::new_password_required;
    case LoginService::Standing::expired: return Outcome::account_expired;
    case LoginService::Standing::unavailable: return Outcome::unavailable;
  }
  return Outcome::internal;
}

Outcome outcome_of(Errc failure) noexcept {
  switch (failure) {
    case Errc::not_found: return Outcome::unknown_user;
    case Errc::denied:
    case Errc::malformed: return Outcome::denied;
    case Errc::rate_limited: return Outcome::max_tries;
    case Errc::unavailable: return Outcome::unavailable;
    case Errc::conflict:
    case Errc::internal: return Outcome::internal;
  }
  return Outcome::internal;
}

std::string_view name_of(wire::Operation operation) noexcept {
  switch (operation) {
    case wire::Operation::authenticate: return "authenticate";
    case wire::Operation::account: return "account";
    case wire::Operation::open_session: return "open_session";
    case wire::Operation::close_session: return "close_session";
    case wire::Operation::prepare_password_change: return "prepare_password_change";
    case wire::Operation::change_password: return "change_password";
  }
  return "unknown";
}

std::string_view name_of(Outcome outcome) noexcept {
  switch (outcome) {
    case Outcome::success: return "success";
    case Outcome::denied: return "denied";
    case Outcome::unknown_user: return "unknown_user";
    case Outcome::unavailable: return "unavailable";
    case Outcome::account_expired: return "account_expired";
    case Outcome::account_unusable: return "account_unusable";
    case Outcome::max_tries: return "max_tries";
    case Outcome::new_password_required: return "new_password_required";
    case Outcome::internal: return "internal";
  }
  return "unknown";
}

}  // namespace portal::ipc
