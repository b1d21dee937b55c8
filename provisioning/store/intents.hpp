#pragma once

#include "domain/ports/intents.hpp"
#include "store/context.hpp"

namespace portal {

/// Intents that have not ended.
class SqlIntents final : public Intents {
 public:
  explicit SqlIntents(StoreContext context) : context_(context) {}

  Result<void> write(const Intent& intent) override;
  Result<std::vector<Intent>> open() override;
  Result<bool> end(const IntentId& id) override;

 private:
  StoreContext context_;
};

}  // namespace portal
