#include "domain/sent_code.hpp"

#include <utility>
#include <variant>

#include "base/random.hpp"
#include "domain/codes.hpp"
#include "domain/ports/outbox.hpp"
#include "domain/ports/store.hpp"
#include "domain/sms_pumping.hpp"

namespace portal {
namespace {

/// When the code was sent that is used up now, or why it is not.
using UsedUp = std::variant<UtcTime, RefusalReason>;

Result<UsedUp> use_up(Challenges& challenges, const ChallengeScope& scope, const Secret& code,
                      UtcTime now) {
  const auto challenge = challenges.current(scope);
  if (!challenge) return fail(challenge.error());
  if (!*challenge) return RefusalReason::wrong_code;
  if (now >= (*challenge)->expires) return RefusalReason::expired_code;
  const auto matches = challenges.matches((*challenge)->id, code);
  if (!matches) return fail(matches.error());
  if (!*matches) return RefusalReason::wrong_code;
  const auto consumed = challenges.consume((*challenge)->id);
  if (!consumed) return fail(consumed.error());
  if (!*consumed) return RefusalReason::wrong_code;
  return (*challenge)->sent;
}

std::optional<RefusalReason> refusal_in(const UsedUp& used) {
  const auto* reason = std::get_if<RefusalReason>(&used);
  return reason == nullptr ? std::nullopt : std::optional(*reason);
}

}  // namespace

Result<void> send_code(Transaction& transaction, const SmsCode& sms, UtcTime now) {
  const Secret code = random_digits(kFactorCodeDigits);
  const UtcTime expires = now + sms.lifetime;
  auto opened = transaction.challenges().open(sms.scope, code, now, expires);
  if (!opened) return opened;
  Message message;
  message.id = MessageId::random();
  message.channel = Channel::sms;
  message.recipient = sms.phone.e164();
  message.text = "sms.code";
  message.values["code"] = std::string(code.reveal());
  message.values["portal"] = sms.sender;
  message.language = sms.language;
  message.portal = sms.portal;
  message.order_key = sms.order_key;
  message.created = now;
  message.expires = expires;
  return transaction.outbox().put(message);
}

Result<std::optional<RefusalReason>> use_up_code(Transaction& transaction,
                                                 const ChallengeScope& scope, const Secret& code,
                                                 UtcTime now) {
  const auto used = use_up(transaction.challenges(), scope, code, now);
  if (!used) return fail(used.error());
  return refusal_in(*used);
}

Result<std::optional<RefusalReason>> use_up_sms_code(Transaction& transaction,
                                                     const ChallengeScope& scope,
                                                     const PhoneNumber& phone, const Secret& code,
                                                     UtcTime now) {
  const auto used = use_up(transaction.challenges(), scope, code, now);
  if (!used) return fail(used.error());
  if (const auto* sent = std::get_if<UtcTime>(&*used)) {
    auto noted = note_verified(transaction, phone, *sent);
    if (!noted) return fail(std::move(noted).error());
  }
  return refusal_in(*used);
}

}  // namespace portal
