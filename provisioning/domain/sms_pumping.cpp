#include "domain/sms_pumping.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

#include "domain/audit_trail.hpp"
#include "domain/ports/attempts.hpp"
#include "domain/ports/audit.hpp"
#include "domain/ports/store.hpp"

namespace portal {
namespace {

/// From `begin` on, before `end`.
struct Window {
  UtcTime begin;
  UtcTime end;
};

struct Burst {
  int sent = 0;
  int unused = 0;
};

Result<int> count_in(Attempts& attempts, AttemptKind kind, std::string_view key,
                     const Window& window) {
  const Result<int> since_begin = attempts.count(kind, key, window.begin);
  if (!since_begin) return since_begin;
  const Result<int> since_end = attempts.count(kind, key, window.end);
  if (!since_end) return since_end;
  return *since_begin - *since_end;
}

Result<Burst> burst_of(Attempts& attempts, std::string_view key, const Window& window) {
  const Result<int> sent = count_in(attempts, AttemptKind::sms_in_all, key, window);
  if (!sent) return fail(sent.error());
  const Result<int> used = count_in(attempts, AttemptKind::sms_verified, key, window);
  if (!used) return fail(used.error());
  return Burst{*sent, std::max(*sent - *used, 0)};
}

bool is_pumping(const Burst& burst, const SmsSettings& settings) {
  return burst.sent >= settings.unverified_minimum &&
         std::int64_t{burst.unused} * 100 >= std::int64_t{burst.sent} * settings.unverified_percent;
}

Result<void> raise_alarm(Transaction& transaction, const SmsSettings& settings, const Burst& burst,
                         std::string_view key, UtcTime now) {
  Attempts& attempts = transaction.attempts();
  const std::string told_under = "unverified/" + std::string(key);
  const auto told =
      attempts.count(AttemptKind::sms_alarm, told_under, now - settings.unverified_window);
  if (!told) return fail(told.error());
  if (*told > 0) return {};
  if (auto done = attempts.record(AttemptKind::sms_alarm, told_under, now); !done) return done;
  AuditEvent event = success_event(now, "alarm.sms_unverified", "", Source{"local", "portald"});
  event.reason = std::to_string(burst.unused) + " of " + std::to_string(burst.sent) +
                 " SMS codes " + (key == kSmsToAnybody ? "" : "to " + std::string(key) + " ") +
                 "sent in " + std::to_string(settings.unverified_window.count()) +
                 " minutes were never used";
  return transaction.audit().append(event);
}

}  // namespace

Result<void> note_verified(Transaction& transaction, const PhoneNumber& phone, UtcTime sent) {
  Attempts& attempts = transaction.attempts();
  auto done = attempts.record(AttemptKind::sms_verified, kSmsToAnybody, sent);
  if (done) done = attempts.record(AttemptKind::sms_verified, phone.calling_code(), sent);
  return done;
}

Result<void> watch_for_pumping(Transaction& transaction, const SmsSettings& settings,
                               const PhoneNumber& phone, UtcTime now) {
  if (settings.unverified_minimum == 0) return {};
  // A younger code may still be typed.
  const UtcTime end = now - settings.code_lifetime;
  const Window window{end - settings.unverified_window, end};
  // The country first: what is told of it need not be told of all together.
  const std::string country = phone.calling_code();
  for (const std::string_view key : {std::string_view(country), kSmsToAnybody}) {
    const auto burst = burst_of(transaction.attempts(), key, window);
    if (!burst) return fail(burst.error());
    if (is_pumping(*burst, settings)) return raise_alarm(transaction, settings, *burst, key, now);
  }
  return {};
}

}  // namespace portal
