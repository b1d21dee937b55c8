#pragma once

#include "domain/ports/store.hpp"

namespace portal {

/// Hands everything over from the transaction behind it. What watches a transaction derives from
/// this and overrides only what it looks at.
class ForwardingTransaction : public Transaction {
 public:
  /// `behind` must outlive this.
  explicit ForwardingTransaction(Transaction& behind) : behind_(behind) {}

  People& people() override { return behind_.people(); }
  Accounts& accounts() override { return behind_.accounts(); }
  Registrations& registrations() override { return behind_.registrations(); }
  Challenges& challenges() override { return behind_.challenges(); }
  Attempts& attempts() override { return behind_.attempts(); }
  Sessions& sessions() override { return behind_.sessions(); }
  Outbox& outbox() override { return behind_.outbox(); }
  OutboxQueue& outbox_queue() override { return behind_.outbox_queue(); }
  OutboxView& outbox_view() override { return behind_.outbox_view(); }
  AuditLog& audit() override { return behind_.audit(); }
  Intents& intents() override { return behind_.intents(); }
  Proofs& proofs() override { return behind_.proofs(); }
  RecoveryCodes& recovery_codes() override { return behind_.recovery_codes(); }
  PasswordResets& password_resets() override { return behind_.password_resets(); }
  Imports& imports() override { return behind_.imports(); }
  MasterKeys& keys() override { return behind_.keys(); }

 private:
  Transaction& behind_;
};

}  // namespace portal
