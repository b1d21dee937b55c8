#pragma once

#include <vector>

#include "base/clock.hpp"
#include "domain/administration.hpp"
#include "domain/ports/outbox_view.hpp"

namespace portal {

class Store;

/// A message that was made due at once.
struct RetriedMessage {
  MessageId id;
  UtcTime due;
  DecisionId decision;  ///< as the audit log names the act (requirement J1)
};

/// What an administrator sees of the outbox, and the one thing to be done about it. Every act is
/// audited with its actor, by message id (requirements J1, J2, J4). Thread-safe.
class OutboxAdministration {
 public:
  OutboxAdministration(Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  Result<std::vector<OutboxEntry>> list(const OutboxFilter& filter, const Administrator& by);
  /// Fails: not_found.
  Result<OutboxEntry> show(const MessageId& id, const Administrator& by);
  /// Makes a message that waits due at once. Gateways that may have it are not asked again
  /// (requirement S3). Fails: not_found; conflict (it has ended; a gateway has it and will report;
  /// a worker has it in hand; another of the same person goes first: the detail says which, and
  /// what to do).
  Result<RetriedMessage> retry(const MessageId& id, const Administrator& by);

 private:
  Store& store_;
  const Clock& clock_;
};

}  // namespace portal
