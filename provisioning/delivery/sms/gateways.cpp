#include "delivery/sms/gateways.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

#include "base/log.hpp"
#include "delivery/round.hpp"

namespace portal {
namespace {

using std::chrono::steady_clock;

/// The last gateway of a call is begun so early that it ends within kLongestSend.
constexpr std::chrono::seconds kLongestTry{5};

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

/// Whether nobody else need be asked: also when no gateway could send it.
bool settles(SmsOutcome outcome) {
  return outcome == SmsOutcome::accepted || outcome == SmsOutcome::hopeless;
}

void log_attempt(const OutgoingSms& sms, const SmsAttempt& attempt) {
  log(attempt.tried.outcome == SmsOutcome::accepted ? LogLevel::info : LogLevel::warning,
      "SMS gateway asked",
      {{"message", sms.id.text()},
       {"gateway", attempt.gateway},
       {"outcome", std::string(name_of(attempt.tried.outcome))},
       {"detail", attempt.tried.why},
       {"milliseconds", std::to_string(attempt.took.count())}});
}

}  // namespace

SmsGateways::SmsGateways(std::vector<SmsGateway> gateways, int failures_in_a_row,
                         std::chrono::milliseconds pause, SmsMemory& memory, const Clock& clock,
                         SmsReportAddress report_address)
    : memory_(memory), clock_(clock), report_address_(std::move(report_address)) {
  for (SmsGateway& gateway : gateways) {
    ways_.emplace_back(std::move(gateway), failures_in_a_row, pause);
  }
}

bool SmsGateways::is_open() const {
  const auto now = steady_clock::now();
  return std::ranges::any_of(ways_, [&](const Way& way) { return way.circuit.could_enter(now); });
}

SmsAttempt SmsGateways::ask(Way& way, const OutgoingSms& sms) {
  const std::string report =
      report_address_ ? report_address_(way.gateway.name(), sms.id) : std::string();
  const auto begun = steady_clock::now();
  SmsAttempt attempt{way.gateway.name(), way.gateway.send(sms, clock_.now(), report), {}};
  const auto ended = steady_clock::now();
  attempt.took = std::chrono::duration_cast<std::chrono::milliseconds>(ended - begun);
  log_attempt(sms, attempt);
  // A gateway that knows a wrong number works.
  const bool works = settles(attempt.tried.outcome);
  const bool turned = works ? way.circuit.succeeded() : way.circuit.failed(ended);
  if (turned && works) {
    log(LogLevel::info, "SMS gateway works again", {{"gateway", attempt.gateway}});
  }
  if (turned && !works) {
    log(LogLevel::error, "SMS gateway fails and is passed over",
        {{"gateway", attempt.gateway}, {"detail", attempt.tried.why}});
  }
  return attempt;
}

Result<std::vector<SmsAttempt>> SmsGateways::try_out(const OutgoingSms& sms,
                                                     std::string_view name) {
  std::vector<SmsAttempt> attempts;
  for (Way& way : ways_) {
    if (!name.empty() && way.gateway.name() != name) continue;
    attempts.push_back(ask(way, sms));
    if (settles(attempts.back().tried.outcome)) break;
  }
  if (attempts.empty()) return fail(Errc::not_found, "no SMS gateway has this name");
  return attempts;
}

/// What cannot be noted is as good as sent: asking this gateway again would send it twice.
void SmsGateways::await_report(const SmsGateway& gateway, const OutgoingSms& sms) {
  if (!report_address_ || gateway.report_wait() == std::chrono::seconds::zero()) return;
  if (!memory_.await_report(sms.id, clock_.now() + gateway.report_wait())) {
    log(LogLevel::warning, "no report will be waited for", {{"message", sms.id.text()}});
  }
}

Result<void> SmsGateways::send(const OutgoingSms& sms) {
  const auto begun = steady_clock::now();
  std::vector<std::string> tried = sms.tried;
  std::vector<std::string> noted = tried;
  bool later_helps = false;
  std::string why = "every gateway may have it, and none said so";
  for (Way& way : ways_) {
    const std::string& name = way.gateway.name();
    if (contains(tried, name)) continue;
    const auto now = steady_clock::now();
    if (now - begun > kLongestSend - kLongestTry || !way.circuit.enter(now)) {
      later_helps = true;
      why = "no gateway can be asked now";
      continue;
    }
    noted = tried;
    noted.push_back(name);
    if (Result<void> done = memory_.note_tried(sms.id, noted); !done) return done;
    const SmsTry outcome = ask(way, sms).tried;
    switch (outcome.outcome) {
      case SmsOutcome::accepted: await_report(way.gateway, sms); return {};
      case SmsOutcome::hopeless: return fail(Errc::denied, name + ": " + outcome.why);
      case SmsOutcome::unknown: tried.push_back(name); break;
      case SmsOutcome::refused:
        later_helps = true;
        why = name + ": " + outcome.why;
        break;
    }
  }
  if (noted != tried) {
    if (Result<void> done = memory_.note_tried(sms.id, tried); !done) return done;
  }
  if (!later_helps && sms.taken) return {};
  return fail(later_helps ? Errc::unavailable : Errc::denied, std::move(why));
}

}  // namespace portal
