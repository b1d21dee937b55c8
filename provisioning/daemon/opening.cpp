#include "daemon/opening.hpp"

#include "base/log.hpp"
#include "domain/registration.hpp"

namespace portal {

Result<void> Opening::attempt() {
  if (Result<void> safe = directory_.prove_staging_is_safe(); !safe) {
    if (safe.error().code == Errc::denied) gate_.close_gate();
    return safe;
  }
  if (gate_.is_open()) return {};
  const Result<void> settled = settling_.settle_intents();
  if (!settled && settled.error().code == Errc::unavailable) return settled;
  // One activation that can neither be finished nor undone must not keep everybody out: it is told,
  // and its account stays unusable.
  gate_.open_gate();
  log(LogLevel::info, "registration is open");
  return settled;
}

}  // namespace portal
