#pragma once

#include "delivery/transport.hpp"

namespace portal {

/// Sends mails one way and SMS another.
class Switchboard final : public Transport {
 public:
  Switchboard(Transport& mail, Transport& sms) : mail_(mail), sms_(sms) {}

  Result<void> send(const OutgoingMail& mail) override { return mail_.send(mail); }
  Result<void> send(const OutgoingSms& sms) override { return sms_.send(sms); }

 private:
  Transport& mail_;
  Transport& sms_;
};

}  // namespace portal
