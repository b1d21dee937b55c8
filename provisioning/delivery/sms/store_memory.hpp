#pragma once

#include "delivery/sms/gateways.hpp"

namespace portal {

class Store;

/// In the message's row of the outbox.
class StoreSmsMemory final : public SmsMemory {
 public:
  explicit StoreSmsMemory(Store& store) : store_(store) {}
  Result<void> note_tried(const MessageId& id, const std::vector<std::string>& gateways) override;
  Result<void> await_report(const MessageId& id, UtcTime end) override;

 private:
  Store& store_;
};

}  // namespace portal
