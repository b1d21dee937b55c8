#pragma once

#include "delivery/transport.hpp"

namespace portal {

/// Sends mails one way and SMS another.
class Switchboard final : public Transport {
 public:
  Switchboard(MailCarrier& mail, SmsCarrier& sms) : mail_(mail), sms_(sms) {}

  Result<void> send(const OutgoingMail& mail) override { return mail_.send(mail); }
  Result<void> send(const OutgoingSms& sms) override { return sms_.send(sms); }

 private:
  MailCarrier& mail_;
  SmsCarrier& sms_;
};

}  // namespace portal
