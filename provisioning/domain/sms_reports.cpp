#include "domain/sms_reports.hpp"

#include "base/log.hpp"
#include "base/secret.hpp"
#include "domain/ports/outbox.hpp"
#include "domain/ports/store.hpp"

namespace portal {

std::string SmsReports::token_for(const std::string& gateway, const MessageId& message) const {
  return keyring_.lasting_index("sms_report", gateway + "/" + message.text());
}

std::string SmsReports::address(const std::string& gateway, const MessageId& message) const {
  return origin_ + "/sms-report/" + gateway + "/" + message.text() + "/" +
         token_for(gateway, message) + "/";
}

Result<void> SmsReports::take(const std::string& gateway, const MessageId& message,
                              std::string_view token, std::string_view word) {
  if (!Secret(token).equals(Secret(token_for(gateway, message)))) {
    return fail(Errc::denied, "not the token of this message");
  }
  const bool arrived = word == "delivered" || word == "1";
  const bool lost = word == "failed" || word == "2" || word == "16";
  log(lost ? LogLevel::warning : LogLevel::info, "SMS gateway reports",
      {{"message", message.text()},
       {"gateway", gateway},
       {"outcome", arrived ? "delivered"
                   : lost  ? "failed"
                           : "under way"}});
  if (!arrived && !lost) return {};
  return store_.write("delivery.sms_reported", [&](Transaction& transaction) {
    return transaction.outbox_queue().take_report(message, gateway, arrived, clock_.now());
  });
}

}  // namespace portal
