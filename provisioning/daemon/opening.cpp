#include "daemon/opening.hpp"

#include "base/log.hpp"
#include "domain/registration.hpp"

namespace portal {

Result<void> Opening::attempt() {
  if (Result<void> safe = directory_.prove_staging_is_safe(); !safe) {
    if (safe.error().code == Errc::denied) gate_.close_gate();
    return safe;
  }
  if (Result<void> settled = settling_.settle_intents(); !settled) return settled;
  if (!gate_.is_open()) {
    gate_.open_gate();
    log(LogLevel::info, "registration is open");
  }
  return {};
}

}  // namespace portal
