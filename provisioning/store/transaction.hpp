#pragma once

#include "domain/ports/store.hpp"
#include "store/accounts.hpp"
#include "store/attempts.hpp"
#include "store/audit.hpp"
#include "store/challenges.hpp"
#include "store/context.hpp"
#include "store/imports.hpp"
#include "store/intents.hpp"
#include "store/keys.hpp"
#include "store/outbox.hpp"
#include "store/outbox_view.hpp"
#include "store/password_resets.hpp"
#include "store/people.hpp"
#include "store/proofs.hpp"
#include "store/recovery_codes.hpp"
#include "store/registrations.hpp"
#include "store/sessions.hpp"

namespace portal {

/// Every repository on one connection, for the length of one transaction.
class SqlTransaction final : public Transaction {
 public:
  explicit SqlTransaction(StoreContext context)
      : people_(context),
        accounts_(context),
        registrations_(context),
        challenges_(context),
        attempts_(context),
        sessions_(context),
        outbox_(context),
        outbox_queue_(context),
        outbox_view_(context),
        audit_(context),
        intents_(context),
        proofs_(context),
        recovery_codes_(context),
        password_resets_(context),
        imports_(context),
        keys_(context) {}

  People& people() override { return people_; }
  Accounts& accounts() override { return accounts_; }
  Registrations& registrations() override { return registrations_; }
  Challenges& challenges() override { return challenges_; }
  Attempts& attempts() override { return attempts_; }
  Sessions& sessions() override { return sessions_; }
  Outbox& outbox() override { return outbox_; }
  OutboxQueue& outbox_queue() override { return outbox_queue_; }
  OutboxView& outbox_view() override { return outbox_view_; }
  AuditLog& audit() override { return audit_; }
  Intents& intents() override { return intents_; }
  Proofs& proofs() override { return proofs_; }
  RecoveryCodes& recovery_codes() override { return recovery_codes_; }
  PasswordResets& password_resets() override { return password_resets_; }
  Imports& imports() override { return imports_; }
  MasterKeys& keys() override { return keys_; }

 private:
  SqlPeople people_;
  SqlAccounts accounts_;
  SqlRegistrations registrations_;
  SqlChallenges challenges_;
  SqlAttempts attempts_;
  SqlSessions sessions_;
  SqlOutbox outbox_;
  SqlOutboxQueue outbox_queue_;
  SqlOutboxView outbox_view_;
  SqlAuditLog audit_;
  SqlIntents intents_;
  SqlProofs proofs_;
  SqlRecoveryCodes recovery_codes_;
  SqlPasswordResets password_resets_;
  SqlImports imports_;
  SqlKeys keys_;
};

}  // namespace portal
