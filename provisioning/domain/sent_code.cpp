#include "domain/sent_code.hpp"

#include <utility>

#include "base/random.hpp"
#include "domain/codes.hpp"
#include "domain/ports/outbox.hpp"
#include "domain/ports/store.hpp"

namespace portal {

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
  Challenges& challenges = transaction.challenges();
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
  return std::optional<RefusalReason>();
}

}  // namespace portal
