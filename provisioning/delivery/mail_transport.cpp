#include "delivery/mail_transport.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "delivery/round.hpp"
#include "delivery/smtp_relay.hpp"

namespace portal {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// For all relays of a list together; what is left of kLongestSend is for closing connections.
constexpr milliseconds kPatience = kLongestSend - 2s;
/// Less is not worth asking another relay.
constexpr milliseconds kLeastPatience = 500ms;

milliseconds since(steady_clock::time_point start) {
  return std::chrono::duration_cast<milliseconds>(steady_clock::now() - start);
}

/// Whether no other relay should be asked.
bool settles(SmtpOutcome outcome) {
  return outcome == SmtpOutcome::accepted || outcome == SmtpOutcome::recipient_refused;
}

bool has(const std::vector<MailAttempt>& attempts, SmtpOutcome outcome) {
  return std::ranges::any_of(
      attempts, [&](const MailAttempt& attempt) { return attempt.outcome == outcome; });
}

void log_attempt(const OutgoingMail& mail, const MailAttempt& attempt) {
  const bool fine = attempt.outcome == SmtpOutcome::accepted;
  log(fine ? LogLevel::info : LogLevel::warning,
      fine ? "mail handed over" : "mail not handed over by this relay",
      {{"message", mail.id.text()},
       {"relay", attempt.relay},
       {"outcome", std::string(name_of(attempt.outcome))},
       {"detail", attempt.detail},
       {"milliseconds", std::to_string(attempt.took.count())}});
}

std::string told_by(const std::vector<MailAttempt>& attempts) {
  std::string text;
  for (const MailAttempt& attempt : attempts) {
    text += (text.empty() ? "" : "; ") + attempt.relay + ": " + attempt.detail;
  }
  return text;
}

}  // namespace

Result<std::unique_ptr<MailTransport>> MailTransport::open(MailSettings settings,
                                                           Letterheads letterheads) {
  if (Result<void> checked = check_mail(settings); !checked) {
    return fail(std::move(checked).error());
  }
  if (settings.relays.empty()) return fail(Errc::malformed, "no mail relay");
  return std::unique_ptr<MailTransport>(
      new MailTransport(std::move(settings), std::move(letterheads)));
}

MailTransport::MailTransport(MailSettings settings, Letterheads letterheads)
    : bounces_to_(std::move(settings.bounces_to)), letterheads_(std::move(letterheads)) {
  for (MailRelay& relay : settings.relays) {
    relays_.push_back(
        std::make_unique<SmtpRelay>(std::move(relay), settings.keep_open, settings.longest_pause));
  }
}

MailTransport::~MailTransport() = default;

Result<void> MailTransport::send(const OutgoingMail& mail) {
  const auto attempts = attempt(mail, [](SmtpRelay& relay) { return relay.admits(); });
  if (!attempts) return fail(attempts.error());
  if (has(*attempts, SmtpOutcome::accepted)) return {};
  if (has(*attempts, SmtpOutcome::recipient_refused)) {
    return fail(Errc::denied, told_by(*attempts));
  }
  if (has(*attempts, SmtpOutcome::uncertain)) {
    log(LogLevel::warning, "mail counts as handed over, for a relay may have accepted it",
        {{"message", mail.id.text()}});
    return {};
  }
  const bool all_refuse = attempts->size() == relays_.size() &&
                          std::ranges::all_of(*attempts, [](const MailAttempt& attempt) {
                            return attempt.outcome == SmtpOutcome::mail_refused;
                          });
  return fail(all_refuse ? Errc::denied : Errc::unavailable, told_by(*attempts));
}

Result<std::vector<MailAttempt>> MailTransport::try_out(const OutgoingMail& mail,
                                                        std::string_view relay) {
  if (relay.empty()) return attempt(mail, [](SmtpRelay&) { return true; });
  if (std::ranges::none_of(relays_, [&](const auto& each) { return each->name() == relay; })) {
    return fail(Errc::not_found, "no relay has this name");
  }
  return attempt(mail, [&](SmtpRelay& each) { return each.name() == relay; });
}

Result<std::string> MailTransport::sender_of(const OutgoingMail& mail) const {
  if (bounces_to_ == "<>") return std::string();
  if (!bounces_to_.empty()) return bounces_to_;
  const MailSender* sender = letterheads_.sender_of(mail.portal);
  if (!sender) return fail(Errc::unavailable, "no sender is set for portal " + mail.portal.text());
  return sender->address().text();
}

/// The relays one after the other, until one settles it or the time is up; at least one.
Result<std::vector<MailAttempt>> MailTransport::attempt(
    const OutgoingMail& mail, const std::function<bool(SmtpRelay&)>& may_ask) {
  const Result<Secret> message = letterheads_.compose(mail);
  if (!message) return fail(message.error());
  const Result<std::string> sender = sender_of(mail);
  if (!sender) return fail(sender.error());
  const auto start = steady_clock::now();
  std::vector<MailAttempt> attempts;
  for (const auto& relay : relays_) {
    const milliseconds left = kPatience - since(start);
    if (left < kLeastPatience) break;
    // Only now: a relay that is asked again after a pause is asked by one mail.
    if (!may_ask(*relay)) continue;
    const auto begun = steady_clock::now();
    const SmtpHandover made = relay->hand_over({*sender, mail.recipient, *message}, left);
    attempts.push_back({relay->name(), made.outcome, made.text(), since(begun)});
    log_attempt(mail, attempts.back());
    if (settles(made.outcome)) break;
  }
  if (attempts.empty()) return fail(Errc::unavailable, "every relay has failed lately");
  return attempts;
}

}  // namespace portal
