#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "domain/ports/password_resets.hpp"
#include "domain/ports/store.hpp"
#include "domain/refusal.hpp"
#include "identity/source.hpp"

namespace portal {

/// One act of a reset inside its write transaction: the row, and the three ways to end.
class ResetAct {
 public:
  using Outcome = Result<std::variant<ResetStep, Refusal>>;

  ResetAct(Transaction& transaction, PasswordReset reset, std::string_view what,
           const Source& source, UtcTime now);

  Transaction& transaction;
  PasswordReset row;
  const Source& source;
  const UtcTime now;

  /// Keeps the row at `to` and tells of it. Fails: conflict (another request was first).
  Outcome advance(ResetStep to, std::string_view factor = {});
  /// Refuses, and keeps what the transaction has counted; the row stays as it was.
  Outcome refuse(RefusalReason reason, std::string_view why = {}, std::string_view factor = {});
  /// Refuses and ends this reset.
  Outcome give_up(RefusalReason reason, std::string_view why);
  /// Keeps the row at `to` and tells nobody. Fails: conflict (another request was first).
  Result<void> keep(ResetStep to);

 private:
  std::string what_;
  ResetStep before_;
};

}  // namespace portal
