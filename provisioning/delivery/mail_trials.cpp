#include "delivery/mail_trials.hpp"

#include <utility>

#include "domain/ports/phrasebook.hpp"

namespace portal {
namespace {

constexpr std::chrono::minutes kLifetime{5};

}  // namespace

Result<std::vector<MailTrial>> RelayTrials::send(const EmailAddress& to, Language language,
                                                 std::string_view relay) {
  if (portals_.all().empty()) return fail(Errc::internal, "no portal to send a mail from");
  const Portal& portal = portals_.all().front();
  const Phrasebook::Values values = {{"portal", in_language(portal.name, language)}};
  const UtcTime now = clock_.now();
  const OutgoingMail mail{MessageId::random(),
                          portal.id,
                          to,
                          language,
                          phrasebook_.text(language, "mail.trial.subject", values),
                          Secret(phrasebook_.text(language, "mail.trial.body", values)),
                          now,
                          now + kLifetime};
  const auto attempts = transport_.try_out(mail, relay);
  if (!attempts) return fail(attempts.error());
  std::vector<MailTrial> trials;
  for (const MailAttempt& attempt : *attempts) {
    trials.push_back(
        {attempt.relay, std::string(name_of(attempt.outcome)), attempt.detail, attempt.took});
  }
  return trials;
}

}  // namespace portal
