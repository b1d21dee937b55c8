#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "domain/ports/registrations.hpp"
#include "domain/ports/store.hpp"
#include "domain/refusal.hpp"
#include "identity/source.hpp"

namespace portal {

/// One act of a registration inside its write transaction: the row, and the three ways to end.
class RegistrationAct {
 public:
  using Outcome = Result<std::variant<RegistrationStep, Refusal>>;

  RegistrationAct(Transaction& transaction, Registration registration, std::string_view what,
                  const Source& source, UtcTime now);

  Transaction& transaction;
  Registration row;
  const Source& source;
  const UtcTime now;

  /// Keeps the row at `to` and tells of it. Fails: conflict (another request was first).
  Outcome advance(RegistrationStep to, std::string_view factor = {});
  /// Refuses, and keeps what the transaction has counted; the row stays as it was.
  Outcome refuse(RefusalReason reason, std::string_view why = {});
  /// Refuses and ends this registration; the person starts again with the same letter.
  Outcome give_up(std::string_view why);

 private:
  Result<void> keep(RegistrationStep to);

  std::string what_;
  RegistrationStep before_;
};

}  // namespace portal
