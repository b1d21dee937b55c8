#include "delivery/sms/store_memory.hpp"

#include "domain/ports/outbox.hpp"
#include "domain/ports/store.hpp"

namespace portal {

Result<void> StoreSmsMemory::note_tried(const MessageId& id,
                                        const std::vector<std::string>& gateways) {
  return store_.write("delivery.sms_tried", [&](Transaction& transaction) {
    return transaction.outbox_queue().note_tried(id, gateways);
  });
}

Result<void> StoreSmsMemory::await_report(const MessageId& id, UtcTime end) {
  return store_.write("delivery.sms_report", [&](Transaction& transaction) {
    return transaction.outbox_queue().await_report(id, end);
  });
}

}  // namespace portal
