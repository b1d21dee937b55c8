#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include "base/function_ref.hpp"
#include "base/result.hpp"

namespace portal {

class People;
class Accounts;
class Registrations;
class Challenges;
class Attempts;
class Sessions;
class Outbox;
class OutboxQueue;
class OutboxView;
class AuditLog;
class Intents;
class Proofs;
class RecoveryCodes;
class PasswordResets;
class Imports;
class MasterKeys;

/// All that the store owns, inside one transaction.
class Transaction {
 public:
  virtual ~Transaction() = default;
  virtual People& people() = 0;
  virtual Accounts& accounts() = 0;
  virtual Registrations& registrations() = 0;
  virtual Challenges& challenges() = 0;
  virtual Attempts& attempts() = 0;
  virtual Sessions& sessions() = 0;
  virtual Outbox& outbox() = 0;
  virtual OutboxQueue& outbox_queue() = 0;
  virtual OutboxView& outbox_view() = 0;
  virtual AuditLog& audit() = 0;
  virtual Intents& intents() = 0;
  virtual Proofs& proofs() = 0;
  virtual RecoveryCodes& recovery_codes() = 0;
  virtual PasswordResets& password_resets() = 0;
  virtual Imports& imports() = 0;
  virtual MasterKeys& keys() = 0;
};

/// The durable memory of the product. Thread-safe; calls block.
class Store {
 public:
  using Work = FunctionRef<Result<void>(Transaction&)>;
  /// Work that outlives the call; it may be done twice if its first commit failed.
  using OwnedWork = std::function<Result<void>(Transaction&)>;

  virtual ~Store() = default;
  /// Runs `work` in a transaction that no other writer interleaves; commits durably if it returns a
  /// value, rolls back if it fails. A refusal that must be counted is therefore a value, not an
  /// error. `label` names the write in logs and fault tests ("registration.identify").
  /// Fails as `work` does; unavailable (the store does not answer or the commit failed).
  virtual Result<void> write(std::string_view label, Work work) = 0;
  /// As `write`, but the caller may go on before it is durable: it follows within a second, or the
  /// call waits for it. Only for what requirement J3 lets follow. A crash in that second loses it.
  virtual Result<void> write_soon(std::string_view label, OwnedWork work) {
    return write(label, work);
  }
  /// Runs `work` on a consistent view; nothing it writes stays.
  virtual Result<void> read(Work work) = 0;
};

/// `write` for work that gives a value: `in_write<Outcome>(store, "…", [&](Transaction& t) {…})`.
template <class T, class F>
Result<T> in_write(Store& store, std::string_view label, F&& work) {
  std::optional<T> value;
  Result<void> done = store.write(label, [&](Transaction& transaction) -> Result<void> {
    Result<T> result = work(transaction);
    if (!result) return fail(std::move(result).error());
    value = std::move(*result);
    return {};
  });
  if (!done) return fail(std::move(done).error());
  return std::move(*value);
}

/// `read` for work that gives a value.
template <class T, class F>
Result<T> in_read(Store& store, F&& work) {
  std::optional<T> value;
  Result<void> done = store.read([&](Transaction& transaction) -> Result<void> {
    Result<T> result = work(transaction);
    if (!result) return fail(std::move(result).error());
    value = std::move(*result);
    return {};
  });
  if (!done) return fail(std::move(done).error());
  return std::move(*value);
}

}  // namespace portal
