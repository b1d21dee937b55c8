#pragma once

#include "domain/ports/attempts.hpp"
#include "store/context.hpp"

namespace portal {

/// One row for each attempt; keys are kept as keyed hashes, so that none can be read back.
class SqlAttempts final : public Attempts {
 public:
  explicit SqlAttempts(StoreContext context) : context_(context) {}

  Result<int> count(AttemptKind kind, std::string_view key, UtcTime since) override;
  Result<Tally> tally(AttemptKind kind, std::string_view key, UtcTime since) override;
  Result<void> record(AttemptKind kind, std::string_view key, UtcTime now) override;
  Result<void> forget(AttemptKind kind, std::string_view key) override;
  Result<void> forget_until(AttemptKind kind, std::string_view key, UtcTime until) override;
  Result<void> forget_at(AttemptKind kind, std::string_view key, UtcTime at) override;

 private:
  StoreContext context_;
};

}  // namespace portal
