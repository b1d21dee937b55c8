#include "domain/sms_budget.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "domain/audit_trail.hpp"
#include "domain/ports/attempts.hpp"
#include "domain/ports/audit.hpp"
#include "domain/ports/sms_way.hpp"
#include "domain/sms_pumping.hpp"

namespace portal {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kAll = kSmsToAnybody;
constexpr int kAlarms[] = {80, 100};  ///< percent

/// What is spent on one number, or asked for by one address.
struct Budget {
  AttemptKind kind;
  std::string key;
  std::chrono::seconds window;
  int limit;
  RefusalReason otherwise;
};

/// What is spent on everybody together, and whose end is an alarm.
struct CommonBudget {
  std::string_view name;
  std::string_view words;
  AttemptKind kind;
  std::chrono::seconds window;
  int limit;
};

AttemptKind kind_to_number(SmsPurpose purpose) {
  return purpose == SmsPurpose::log_in ? AttemptKind::sms_to_number : AttemptKind::sms_to_unproven;
}

/// Whoever asks at a terminal of this host, or through a service that does not say from where: they
/// are many, and nobody's address.
bool has_address(const Source& source) { return source.address != "local"; }

std::vector<Budget> budgets_of(const SmsSettings& settings, SmsPurpose purpose,
                               const PhoneNumber& phone, const Source& source) {
  const AttemptKind to = kind_to_number(purpose);
  const std::string& number = phone.e164();
  std::vector<Budget> budgets = {
      {to, number, settings.pause, 1, RefusalReason::must_wait},
      {to, number, 1h, settings.per_number_and_hour, RefusalReason::too_many_tries},
      {to, number, 24h, settings.per_number_and_day, RefusalReason::too_many_tries},
  };
  if (has_address(source)) {
    budgets.push_back({AttemptKind::sms_from_address, source.throttle_key(), 1h,
                       settings.per_address_and_hour, RefusalReason::too_many_tries});
  }
  return budgets;
}

std::vector<CommonBudget> common_budgets_of(const SmsSettings& settings, SmsPurpose purpose) {
  const int hour = settings.in_all_and_hour;
  const int day = settings.in_all_and_day;
  std::vector<CommonBudget> budgets = {
      {"hour", "SMS in an hour", AttemptKind::sms_in_all, 1h, hour},
      {"day", "SMS in a day", AttemptKind::sms_in_all, 24h, day},
  };
  if (purpose == SmsPurpose::enrol) {
    // Whoever has letters and addresses enough to use this up leaves the other half to the logins.
    budgets.push_back({"enrolments/hour", "SMS for enrolments in an hour",
                       AttemptKind::sms_enrolling, 1h, hour / 2});
    budgets.push_back({"enrolments/day", "SMS for enrolments in a day", AttemptKind::sms_enrolling,
                       24h, day / 2});
  }
  return budgets;
}

Result<std::optional<RefusalReason>> obstacle(Attempts& attempts,
                                              const std::vector<Budget>& budgets,
                                              const std::vector<CommonBudget>& common,
                                              UtcTime now) {
  for (const Budget& budget : budgets) {
    const Result<int> spent = attempts.count(budget.kind, budget.key, now - budget.window);
    if (!spent) return fail(spent.error());
    if (*spent >= budget.limit) return budget.otherwise;
  }
  for (const CommonBudget& budget : common) {
    const Result<int> spent = attempts.count(budget.kind, kAll, now - budget.window);
    if (!spent) return fail(spent.error());
    if (*spent >= budget.limit) return RefusalReason::unavailable;
  }
  return std::optional<RefusalReason>();
}

Result<void> record(Attempts& attempts, SmsPurpose purpose, const PhoneNumber& phone,
                    const Source& source, UtcTime now) {
  auto done = attempts.record(kind_to_number(purpose), phone.e164(), now);
  if (done && has_address(source))
    done = attempts.record(AttemptKind::sms_from_address, source.throttle_key(), now);
  if (done) done = attempts.record(AttemptKind::sms_in_all, kAll, now);
  if (done) done = attempts.record(AttemptKind::sms_in_all, phone.calling_code(), now);
  if (done && purpose == SmsPurpose::enrol)
    done = attempts.record(AttemptKind::sms_enrolling, kAll, now);
  return done;
}

/// Tells, once in the budget's time, that a part of it is used up.
Result<void> raise_alarm(Transaction& transaction, const CommonBudget& budget, int percent,
                         UtcTime now) {
  Attempts& attempts = transaction.attempts();
  const std::string key = std::string(budget.name) + "/" + std::to_string(percent);
  const auto told = attempts.count(AttemptKind::sms_alarm, key, now - budget.window);
  if (!told) return fail(told.error());
  if (*told > 0) return {};
  if (auto done = attempts.record(AttemptKind::sms_alarm, key, now); !done) return done;
  AuditEvent event = success_event(now, "alarm.sms_budget", "", Source{"local", "portald"});
  if (percent == 100) event.outcome = "rate_limited";
  event.reason = std::to_string(percent) + " % of " + std::to_string(budget.limit) + " " +
                 std::string(budget.words);
  return transaction.audit().append(event);
}

Result<void> watch(Transaction& transaction, const std::vector<CommonBudget>& budgets,
                   UtcTime now) {
  for (const CommonBudget& budget : budgets) {
    const auto spent = transaction.attempts().count(budget.kind, kAll, now - budget.window);
    if (!spent) return fail(spent.error());
    for (const int percent : kAlarms) {
      if (std::int64_t{*spent} * 100 < std::int64_t{budget.limit} * percent) continue;
      if (auto done = raise_alarm(transaction, budget, percent, now); !done) return done;
    }
  }
  return {};
}

}  // namespace

Result<std::optional<RefusalReason>> spend_sms(Transaction& transaction,
                                               const SmsSettings& settings, SmsPurpose purpose,
                                               const PhoneNumber& phone, const Source& source,
                                               UtcTime now) {
  if (!settings.allowed_calling_codes.contains(phone.calling_code())) {
    return RefusalReason::number_not_allowed;
  }
  const std::vector<CommonBudget> common = common_budgets_of(settings, purpose);
  Attempts& attempts = transaction.attempts();
  auto refused = obstacle(attempts, budgets_of(settings, purpose, phone, source), common, now);
  if (!refused || *refused) return refused;
  // Nobody should wait for a code that cannot be sent.
  if (settings.way != nullptr && !settings.way->is_open()) return RefusalReason::unavailable;
  auto done = record(attempts, purpose, phone, source, now);
  if (done) done = watch(transaction, common, now);
  if (done) done = watch_for_pumping(transaction, settings, phone, now);
  if (!done) return fail(std::move(done).error());
  return std::optional<RefusalReason>();
}

}  // namespace portal
