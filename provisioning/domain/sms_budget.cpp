#include "domain/sms_budget.hpp"

#include <chrono>

#include "domain/ports/attempts.hpp"

namespace portal {
namespace {

using namespace std::chrono_literals;

struct Budget {
  AttemptKind kind;
  const std::string& key;
  std::chrono::seconds window;
  int limit;
  RefusalReason otherwise;
};

}  // namespace

Result<std::optional<RefusalReason>> spend_sms(Transaction& transaction,
                                               const SmsSettings& settings,
                                               const PhoneNumber& phone, const Source& source,
                                               UtcTime now) {
  if (!settings.allowed_calling_codes.contains(phone.calling_code())) {
    return RefusalReason::number_not_allowed;
  }
  const std::string& number = phone.e164();
  const std::string address = source.throttle_key();
  const Budget budgets[] = {
      {AttemptKind::sms_to_number, number, settings.pause, 1, RefusalReason::must_wait},
      {AttemptKind::sms_to_number, number, 1h, settings.per_number_and_hour,
       RefusalReason::too_many_tries},
      {AttemptKind::sms_to_number, number, 24h, settings.per_number_and_day,
       RefusalReason::too_many_tries},
      {AttemptKind::sms_from_address, address, 1h, settings.per_address_and_hour,
       RefusalReason::too_many_tries},
  };
  Attempts& attempts = transaction.attempts();
  for (const Budget& budget : budgets) {
    const Result<int> spent = attempts.count(budget.kind, budget.key, now - budget.window);
    if (!spent) return fail(spent.error());
    if (*spent >= budget.limit) return budget.otherwise;
  }
  if (Result<void> done = attempts.record(AttemptKind::sms_to_number, number, now); !done) {
    return fail(std::move(done).error());
  }
  if (Result<void> done = attempts.record(AttemptKind::sms_from_address, address, now); !done) {
    return fail(std::move(done).error());
  }
  return std::optional<RefusalReason>();
}

}  // namespace portal
