// What nobody finishes is tidied away, here and in the directory.

#include <utility>

#include "domain/ports/store.hpp"
#include "domain/registration.hpp"
#include "domain/registration_act.hpp"

namespace portal {
namespace {

constexpr int kBatch = 100;

}  // namespace

Result<void> RegistrationService::sweep() {
  const UtcTime now = neighbours_.clock.now();
  Result<void> abandoned =
      neighbours_.store.write("registration.sweep", [&](Transaction& transaction) -> Result<void> {
        auto stale = transaction.registrations().stale(now - settings_.stale_after, kBatch);
        if (!stale) return fail(std::move(stale).error());
        const Source source{"local", "portald"};
        for (Registration& row : *stale) {
          if (row.step == RegistrationStep::activating) continue;  // settle_intents decides
          RegistrationAct act(transaction, std::move(row), "registration.expired", source, now);
          if (const auto over = act.give_up("not finished in time"); !over) {
            return fail(over.error());
          }
        }
        return {};
      });
  if (!abandoned) return abandoned;

  const auto leftovers = in_read<std::vector<Registration>>(
      neighbours_.store,
      [](Transaction& transaction) { return transaction.registrations().to_discard(kBatch); });
  if (!leftovers) return fail(leftovers.error());
  // One that cannot be removed must not keep the others.
  Result<void> outcome;
  for (const Registration& row : *leftovers) {
    if (auto gone = neighbours_.directory.discard(row.account); !gone) {
      outcome = std::move(gone);
      if (outcome.error().code == Errc::unavailable) break;
      continue;
    }
    auto noted = neighbours_.store.write("registration.discarded", [&](Transaction& transaction) {
      return transaction.registrations().discarded(row.id);
    });
    if (!noted) return noted;
  }
  return outcome;
}

}  // namespace portal
