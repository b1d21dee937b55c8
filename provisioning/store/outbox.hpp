#pragma once

#include "domain/ports/outbox.hpp"
#include "store/context.hpp"

namespace portal {

/// Messages that wait, and (without what they held) those that ended lately.
class SqlOutbox final : public Outbox {
 public:
  explicit SqlOutbox(StoreContext context) : context_(context) {}

  Result<void> put(const Message& message) override;
  Result<bool> holds(std::string_view order_key) override;

 private:
  StoreContext context_;
};

/// The same table as its worker sees it. A lease counts as an attempt when it is given: a message
/// that a worker took and never gave back may have been sent.
class SqlOutboxQueue final : public OutboxQueue {
 public:
  explicit SqlOutboxQueue(StoreContext context) : context_(context) {}

  /// `attempts` of each message: how many leases it had before this one.
  Result<std::vector<Message>> lease(UtcTime now, UtcTime lease_end, int limit) override;
  Result<void> finish(const MessageId& id, MessageState state, UtcTime now,
                      std::string_view why) override;
  Result<void> note_tried(const MessageId& id, const std::vector<std::string>& gateways) override;
  Result<void> await_report(const MessageId& id, UtcTime end) override;
  Result<void> take_report(const MessageId& id, std::string_view gateway, bool arrived,
                           UtcTime now) override;
  Result<void> retry_at(const MessageId& id, UtcTime next, std::string_view why) override;

 private:
  Result<void> note_trouble(const MessageId& id, std::string_view why);

  StoreContext context_;
};

}  // namespace portal
