#include "directory/password_policy.hpp"

#include "directory/result_code.hpp"

namespace portal::directory {
namespace {

using Fault = PolicyAnswer::Fault;
using Verdict = BindAnswer::Verdict;

/// Of a bind that the server called a success.
Verdict verdict_of_success(Fault fault) {
  switch (fault) {
    case Fault::none: return Verdict::accepted;
    case Fault::change_after_reset: return Verdict::must_change;
    case Fault::expired: return Verdict::expired;
    case Fault::locked:
    // The rest says nothing about a bind: a server that sends it is not understood.
    case Fault::modification_not_allowed:
    case Fault::old_password_wanted:
    case Fault::too_weak:
    case Fault::too_short:
    case Fault::too_young:
    case Fault::in_history:
    case Fault::too_long: return Verdict::locked;
  }
  return Verdict::locked;
}

Verdict verdict_of_failure(Fault fault) {
  if (fault == Fault::expired) return Verdict::expired;
  if (fault == Fault::locked) return Verdict::locked;
  return Verdict::wrong_password;
}

PasswordRefusal refusal_of(Fault fault) {
  switch (fault) {
    case Fault::too_weak: return PasswordRefusal::too_weak;
    case Fault::too_short: return PasswordRefusal::too_short;
    case Fault::too_young: return PasswordRefusal::too_young;
    case Fault::in_history: return PasswordRefusal::in_history;
    case Fault::none:
    case Fault::expired:
    case Fault::locked:
    case Fault::change_after_reset:
    case Fault::modification_not_allowed:
    case Fault::old_password_wanted:
    case Fault::too_long: return PasswordRefusal::other;
  }
  return PasswordRefusal::other;
}

}  // namespace

Result<BindAnswer> judge_bind(int result_code, const PolicyAnswer& policy,
                              std::string_view diagnostic) {
  BindAnswer answer;
  switch (outcome_of(result_code)) {
    case Outcome::success:
      answer.verdict = verdict_of_success(policy.fault);
      if (policy.seconds_before_expiration)
        answer.expires_in = std::chrono::seconds(*policy.seconds_before_expiration);
      answer.grace_logins_left = policy.grace_logins_left;
      return answer;
    case Outcome::wrong_credentials:
    case Outcome::no_such_entry: answer.verdict = verdict_of_failure(policy.fault); return answer;
    case Outcome::constraint:  // 389 Directory Server's way to say it ("Exceed password retry
                               // limit")
      answer.verdict = Verdict::locked;
      return answer;
    case Outcome::already_exists:
    case Outcome::refused:
    case Outcome::timed_out:
    case Outcome::lost:
    case Outcome::unavailable:
    case Outcome::unexpected: break;
  }
  return fail(error_of(result_code, "bind", diagnostic));
}

Result<std::optional<PasswordRefusal>> judge_new_password(int result_code,
                                                          const PolicyAnswer& policy,
                                                          std::string_view diagnostic) {
  const Outcome outcome = outcome_of(result_code);
  if (outcome == Outcome::success && policy.fault == Fault::none) return std::nullopt;
  // These two are the account's limits, not the password's.
  const bool forbidden =
      policy.fault == Fault::modification_not_allowed || policy.fault == Fault::old_password_wanted;
  const bool judged = outcome == Outcome::constraint || outcome == Outcome::success ||
                      refusal_of(policy.fault) != PasswordRefusal::other;
  if (judged && !forbidden) return refusal_of(policy.fault);
  Error error = error_of(result_code, "set password", diagnostic);
  if (outcome == Outcome::success || outcome == Outcome::no_such_entry) error.code = Errc::denied;
  return fail(std::move(error));
}

}  // namespace portal::directory
