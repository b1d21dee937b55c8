#include "domain/staged_leftovers.hpp"

#include "domain/ports/intents.hpp"
#include "domain/ports/registrations.hpp"
#include "domain/ports/store.hpp"

namespace portal {

Result<void> leave_to_take_back(Transaction& transaction, const PersonId& person, UtcTime now) {
  const auto registrations = transaction.registrations().of(person);
  if (!registrations) return fail(registrations.error());
  for (const Registration& one : *registrations) {
    if (one.step != RegistrationStep::abandoned) continue;
    auto written = transaction.intents().write(
        {IntentId::random(), std::string(kStageIntent), one.account, one.id, "", now});
    if (!written) return written;
  }
  return {};
}

}  // namespace portal
