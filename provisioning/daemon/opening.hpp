#pragma once

#include "base/result.hpp"
#include "daemon/gated_directory.hpp"

namespace portal {

class RegistrationService;

/// Opens registration once it is safe: the directory has proven that nobody else can use a staged
/// entry, and what a crash left half-done is settled. Repeated, so that access rules that became
/// unsafe close it again.
class Opening {
 public:
  /// `directory` without the gate; `settling` works on it, not on the gate.
  Opening(Directory& directory, RegistrationService& settling, GatedDirectory& gate)
      : directory_(directory), settling_(settling), gate_(gate) {}

  /// Fails: denied (unsafe; the gate is closed), unavailable and others (the gate stays as it was).
  Result<void> attempt();

 private:
  Directory& directory_;
  RegistrationService& settling_;
  GatedDirectory& gate_;
};

}  // namespace portal
