#include "delivery/round.hpp"

#include <algorithm>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "delivery/retry_pause.hpp"
#include "domain/ports/phrasebook.hpp"
#include "domain/ports/store.hpp"

namespace portal {
namespace {

/// What a failure to send means for the message.
enum class Remedy { try_later, give_up };

Remedy remedy_for(Errc code) {
  switch (code) {
    case Errc::denied:
    case Errc::malformed: return Remedy::give_up;
    case Errc::not_found:
    case Errc::rate_limited:
    case Errc::unavailable:
    case Errc::conflict:
    case Errc::internal: return Remedy::try_later;
  }
  return Remedy::try_later;
}

/// A server's answer likes to repeat the address that it refuses.
std::string without_recipient(std::string detail, const std::string& recipient) {
  if (recipient.empty()) return detail;
  for (std::size_t at = detail.find(recipient); at != std::string::npos;
       at = detail.find(recipient, at)) {
    detail.replace(at, recipient.size(), "…");
  }
  return detail;
}

/// As an administrator reads it: "unavailable: kannel: HTTP 503".
std::string told_without_recipient(const Error& why, const Message& message) {
  return std::string(name_of(why.code)) + ": " + without_recipient(why.detail, message.recipient);
}

/// The values as a person reads them: the domain names a factor, the catalogue says what it is.
Phrasebook::Values values_in_words(const Phrasebook& phrasebook, const Message& message) {
  Phrasebook::Values values = message.values;
  const auto factor = values.find("factor");
  if (factor != values.end() && !factor->second.empty()) {
    factor->second = phrasebook.text(message.language, "factor." + factor->second);
  }
  return values;
}

/// The wording, or nothing sent: "[sms.code.body]" helps nobody, and a node that already has the
/// newer catalogue may take the message.
Result<Secret> worded(const Phrasebook& phrasebook, const Message& message, std::string_view part) {
  const std::string key = message.text + std::string(part);
  Phrasebook::Values values = values_in_words(phrasebook, message);
  std::string text = phrasebook.text(message.language, key, values);
  for (auto& [name, value] : values) wipe(value);
  Secret wording(text);
  wipe(text);
  if (wording.empty() || wording.reveal() == "[" + key + "]") {
    return fail(Errc::unavailable, "no wording for " + key);
  }
  return wording;
}

void log_outcome(const Message& message, LogLevel level, std::string_view what,
                 std::string detail) {
  log(level, what,
      {{"message", message.id.text()},
       {"channel", std::string(name_of(message.channel))},
       {"wording", message.text},
       {"portal", message.portal.text()},
       {"attempt", std::to_string(message.attempts + 1)},
       {"detail", without_recipient(std::move(detail), message.recipient)}});
}

void wipe_values(std::vector<Message>& messages) {
  for (Message& message : messages) {
    for (auto& [name, value] : message.values) wipe(value);
  }
}

}  // namespace

DeliveryRound::DeliveryRound(Neighbours neighbours, DeliverySettings settings)
    : neighbours_(neighbours), settings_(settings) {
  // A lease that does not hold for one message would let nothing out, or everything twice.
  settings_.lease = std::max(settings_.lease, 2 * kLongestSend);
}

Result<std::size_t> DeliveryRound::run(const std::function<bool()>& stopping) {
  const UtcTime lease_end = neighbours_.clock.now() + settings_.lease;
  Result<std::vector<Message>> leased = in_write<std::vector<Message>>(
      neighbours_.store, "delivery.lease", [&](Transaction& transaction) {
        return transaction.outbox_queue().lease(neighbours_.clock.now(), lease_end,
                                                settings_.batch);
      });
  if (!leased) return fail(std::move(leased).error());
  for (const Message& message : *leased) {
    // Near the end of the lease another worker is about to take the rest.
    if (neighbours_.clock.now() + kLongestSend > lease_end) break;
    if (stopping()) {
      give_back(message);
    } else {
      handle(message);
    }
  }
  wipe_values(*leased);
  return leased->size();
}

void DeliveryRound::handle(const Message& message) {
  if (message.expires <= neighbours_.clock.now()) {
    return finish(message, MessageState::expired, nullptr);
  }
  const Result<void> sent = send(message);
  if (sent) return finish(message, MessageState::sent, nullptr);
  switch (remedy_for(sent.error().code)) {
    case Remedy::give_up: return finish(message, MessageState::failed, &sent.error());
    case Remedy::try_later: return retry_later(message, sent.error());
  }
}

Result<void> DeliveryRound::send(const Message& message) {
  // An exception of one message must not hold up the others.
  try {
    switch (message.channel) {
      case Channel::mail: return send_mail(message);
      case Channel::sms: return send_sms(message);
    }
    return fail(Errc::internal, "unknown channel");
  } catch (const std::exception& unexpected) {
    return fail(Errc::internal, unexpected.what());
  }
}

Result<void> DeliveryRound::send_mail(const Message& message) {
  Result<EmailAddress> recipient = EmailAddress::parse(message.recipient);
  if (!recipient) return fail(std::move(recipient).error());
  const Result<Secret> subject = worded(neighbours_.phrasebook, message, ".subject");
  if (!subject) return fail(subject.error());
  Result<Secret> body = worded(neighbours_.phrasebook, message, ".body");
  if (!body) return fail(std::move(body).error());
  return neighbours_.transport.send(OutgoingMail{
      message.id, message.portal, std::move(*recipient), message.language,
      std::string(subject->reveal()), std::move(*body), message.created, message.expires});
}

Result<void> DeliveryRound::send_sms(const Message& message) {
  Result<PhoneNumber> recipient = PhoneNumber::from_e164(message.recipient);
  if (!recipient) return fail(std::move(recipient).error());
  Result<Secret> text = worded(neighbours_.phrasebook, message, ".body");
  if (!text) return fail(std::move(text).error());
  return neighbours_.transport.send(OutgoingSms{message.id, message.portal, std::move(*recipient),
                                                std::move(*text), message.created, message.expires,
                                                message.tried, message.taken});
}

void DeliveryRound::retry_later(const Message& message, const Error& why) {
  const UtcTime next = neighbours_.clock.now() + retry_pause(message.attempts + 1);
  if (next >= message.expires) return finish(message, MessageState::expired, &why);
  const std::string trouble = told_without_recipient(why, message);
  const Result<void> noted =
      neighbours_.store.write("delivery.retry", [&](Transaction& transaction) {
        return transaction.outbox_queue().retry_at(message.id, next, trouble);
      });
  log_outcome(message, LogLevel::warning, "message not sent, will be tried again", trouble);
  if (!noted) log_outcome(message, LogLevel::warning, "retry not noted", noted.error().detail);
}

void DeliveryRound::give_back(const Message& message) {
  const Result<void> noted =
      neighbours_.store.write("delivery.give_back", [&](Transaction& transaction) {
        return transaction.outbox_queue().retry_at(message.id, neighbours_.clock.now(), "stopped");
      });
  // Not noted, it comes free when the lease ends.
  if (!noted) log_outcome(message, LogLevel::warning, "not given back", noted.error().detail);
}

void DeliveryRound::finish(const Message& message, MessageState state, const Error* why) {
  const std::string detail = why ? told_without_recipient(*why, message) : std::string();
  const Result<void> noted =
      neighbours_.store.write("delivery.finish", [&](Transaction& transaction) {
        return transaction.outbox_queue().finish(message.id, state, neighbours_.clock.now(),
                                                 detail);
      });
  const LogLevel level = state == MessageState::sent ? LogLevel::info : LogLevel::warning;
  log_outcome(message, level, "message " + std::string(name_of(state)), detail);
  // Not noted, it is handed over again under the same id when the lease ends.
  if (!noted) log_outcome(message, LogLevel::warning, "outcome not noted", noted.error().detail);
}

}  // namespace portal
