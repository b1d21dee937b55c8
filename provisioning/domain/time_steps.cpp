#include "domain/time_steps.hpp"

#include "domain/ports/totp_codes.hpp"

namespace portal {
namespace {

constexpr std::chrono::seconds kStepLength{30};
constexpr int kEnrolmentReach = 2;

/// Compares `code` with every step of [first, last] and gives the latest that it is the code of.
Result<std::optional<std::int64_t>> find_step(const TotpCodes& totp, const Secret& seed,
                                              const Secret& code, std::int64_t first,
                                              std::int64_t last) {
  std::optional<std::int64_t> found;
  for (std::int64_t step = first; step <= last; ++step) {
    const Result<Secret> expected = totp.code_at(seed, step);
    if (!expected) return fail(expected.error());
    if (expected->equals(code)) found = step;
  }
  return found;
}

}  // namespace

std::int64_t time_step_at(UtcTime time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch() / kStepLength;
}

Result<std::optional<StepMatch>> match_enrolment(const TotpCodes& totp, const Secret& seed,
                                                 const Secret& code, UtcTime now) {
  const std::int64_t current = time_step_at(now);
  const auto step =
      find_step(totp, seed, code, current - kEnrolmentReach, current + kEnrolmentReach);
  if (!step) return fail(step.error());
  if (!*step) return std::optional<StepMatch>();
  const auto distance = static_cast<int>(**step - current);
  return StepMatch{**step, distance < 0 ? distance + 1 : distance};
}

Result<std::optional<StepMatch>> match_login(const TotpCodes& totp, const Secret& seed, int offset,
                                             std::int64_t last_step, const Secret& code,
                                             UtcTime now) {
  const std::int64_t corrected = time_step_at(now) + offset;
  const auto step = find_step(totp, seed, code, corrected - 1, corrected);
  if (!step) return fail(step.error());
  if (!*step || **step <= last_step) return std::optional<StepMatch>();
  return StepMatch{**step, offset};
}

}  // namespace portal
