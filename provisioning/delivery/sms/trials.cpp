#include "delivery/sms/trials.hpp"

#include <utility>

#include "domain/ports/phrasebook.hpp"

namespace portal {
namespace {

constexpr std::chrono::minutes kLifetime{5};

std::string word_for(SmsOutcome outcome) {
  switch (outcome) {
    case SmsOutcome::accepted: return "accepted";
    case SmsOutcome::refused: return "refused";
    case SmsOutcome::hopeless: return "number_refused";
    case SmsOutcome::unknown: return "unknown";
  }
  return "unknown";
}

}  // namespace

Result<std::vector<SmsTrial>> GatewayTrials::send(const PhoneNumber& to, Language language,
                                                  std::string_view gateway) {
  if (portals_.all().empty()) return fail(Errc::internal, "no portal to send an SMS for");
  const Portal& portal = portals_.all().front();
  const UtcTime now = clock_.now();
  const OutgoingSms sms{MessageId::random(),
                        portal.id,
                        to,
                        Secret(phrasebook_.text(language, "sms.trial.body",
                                                {{"portal", in_language(portal.name, language)}})),
                        now,
                        now + kLifetime};
  const auto attempts = gateways_.try_out(sms, gateway);
  if (!attempts) return fail(attempts.error());
  std::vector<SmsTrial> trials;
  for (const SmsAttempt& attempt : *attempts) {
    trials.push_back(
        {attempt.gateway, word_for(attempt.tried.outcome), attempt.tried.why, attempt.took});
  }
  return trials;
}

}  // namespace portal
