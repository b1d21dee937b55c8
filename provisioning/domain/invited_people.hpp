#pragma once

#include <vector>

#include "base/clock.hpp"
#include "domain/administration.hpp"
#include "domain/ports/registrations.hpp"

namespace portal {

class Store;

/// All that is kept about somebody who was invited and has no account, but for what proves who they
/// are.
struct InvitedData {
  Person person;
  std::vector<Letter> letters;              ///< newest first
  std::vector<Registration> registrations;  ///< ended ones too, as long as they are held
  std::vector<AuditRecord> records;         ///< of the person and of these registrations
};

/// What somebody who was invited and has no account yet may ask for: their data, and that it be
/// forgotten (requirement J5). They are named by their AHV number. Every act is audited with its
/// actor, by person id (requirements J2, J4). Thread-safe.
class InvitedPeople {
 public:
  InvitedPeople(Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  /// Fails: not_found; conflict (they have an account, which is exported by its name).
  Result<InvitedData> export_data(const AhvNumber& ahv, const Administrator& by);
  /// Removes the person, and all that is kept about them but the audit log. The next import that
  /// names them invites them anew. Fails: not_found; conflict (they have an account; a registration
  /// has not ended; a message is on its way).
  Result<void> erase(const AhvNumber& ahv, const Administrator& by);

 private:
  Store& store_;
  const Clock& clock_;
};

}  // namespace portal
