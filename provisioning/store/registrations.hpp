#pragma once

#include "domain/ports/registrations.hpp"
#include "store/context.hpp"

namespace portal {

/// Registrations on their way, and those that ended lately.
class SqlRegistrations final : public Registrations {
 public:
  explicit SqlRegistrations(StoreContext context) : context_(context) {}

  Result<void> add(const Registration& registration) override;
  Result<bool> update(const Registration& registration, RegistrationStep expected) override;
  Result<std::optional<Registration>> find_by_token(std::string_view token_index) override;
  Result<Registration> get(const RegistrationId& id) override;
  Result<std::vector<Registration>> open_of(const PersonId& person) override;
  Result<std::vector<Registration>> of(const PersonId& person) override;
  Result<std::vector<Registration>> stale(UtcTime before, int limit) override;
  Result<std::vector<Registration>> to_discard(int limit) override;
  Result<void> discarded(const RegistrationId& id) override;

 private:
  StoreContext context_;
};

}  // namespace portal
