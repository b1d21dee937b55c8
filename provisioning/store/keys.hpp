#pragma once

#include "domain/ports/master_keys.hpp"
#include "store/context.hpp"

namespace portal {

/// Port MasterKeys on SQL.
class SqlKeys final : public MasterKeys {
 public:
  explicit SqlKeys(StoreContext context) : context_(context) {}

  Result<std::vector<UsedKey>> used() override;
  Result<void> activate(std::string_view fingerprint, UtcTime now) override;
  Result<void> note_holder(const KeyHolder& holder) override;
  Result<void> forget_holder(std::string_view node) override;
  Result<std::vector<KeyHolder>> holders(UtcTime since) override;
  Result<std::optional<std::string>> resealing() override;
  Result<Resealed> reseal(int limit) override;
  Result<std::vector<KeyNeed>> needs(UtcTime now) override;

 private:
  StoreContext context_;
};

/// In a write transaction, for whoever writes what no other key than the active one may find or
/// open. Fails: unavailable (this daemon has not noticed yet which key is active, or lacks it).
Result<void> seals_with_the_active_key(const StoreContext& context);

/// Whether something is left to be sealed with the active key.
Result<bool> is_resealing(sql::Connection& connection);

/// The fingerprints that a store has used, the first and the active one at the ends; of a schema
/// that is older than this, the only one.
Result<std::vector<std::string>> used_fingerprints(sql::Connection& connection);

}  // namespace portal
