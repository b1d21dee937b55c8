#pragma once

#include "domain/ports/challenges.hpp"
#include "store/context.hpp"

namespace portal {

/// Codes that were sent, one row for each scope.
class SqlChallenges final : public Challenges {
 public:
  explicit SqlChallenges(StoreContext context) : context_(context) {}

  Result<void> open(const ChallengeScope& scope, const Secret& code, UtcTime now,
                    UtcTime expires) override;
  Result<std::optional<Challenge>> current(const ChallengeScope& scope) override;
  Result<bool> matches(const ChallengeId& id, const Secret& code) override;
  Result<bool> consume(const ChallengeId& id) override;
  Result<void> count_wrong(const ChallengeId& id) override;
  Result<void> clear(const ChallengeScope& scope) override;

 private:
  StoreContext context_;
};

}  // namespace portal
