#pragma once

#include "domain/ports/outbox_view.hpp"
#include "store/context.hpp"

namespace portal {

/// The table of the outbox as an administrator sees it: the recipient is opened and masked here,
/// the values of a message are never read.
class SqlOutboxView final : public OutboxView {
 public:
  explicit SqlOutboxView(StoreContext context) : context_(context) {}

  Result<std::vector<OutboxEntry>> list(const OutboxFilter& filter) override;
  Result<OutboxEntry> get(const MessageId& id) override;
  Result<bool> make_due(const MessageId& id, UtcTime now) override;

 private:
  StoreContext context_;
};

}  // namespace portal
