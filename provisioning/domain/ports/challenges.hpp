#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "identity/id.hpp"

namespace portal {

/// What a code that we sent is good for.
enum class ChallengePurpose { prove_mail, prove_phone, log_in };
std::string_view name_of(ChallengePurpose purpose) noexcept;

/// What a code is bound to: it counts nowhere else (requirement S1).
struct ChallengeScope {
  ChallengePurpose purpose;
  std::string subject;  ///< the registration's or the account's id
  std::string service;  ///< the PAM service, "web:<portal>", or "registration"
};

/// A code that was sent and is waited for. The code itself is kept as a salted keyed hash.
struct Challenge {
  ChallengeId id;
  UtcTime sent;
  UtcTime expires;
  int wrong = 0;  ///< wrong answers; carried over from the code that this one replaced
  int sends = 1;  ///< how many codes this scope has had since it was last cleared
};

class Challenges {
 public:
  virtual ~Challenges() = default;
  /// Sets the code of a scope; the one before is dead, its counters are carried over.
  virtual Result<void> open(const ChallengeScope& scope, const Secret& code, UtcTime now,
                            UtcTime expires) = 0;
  /// The live or expired, unconsumed challenge of a scope.
  virtual Result<std::optional<Challenge>> current(const ChallengeScope& scope) = 0;
  /// Whether `code` is the challenge's, in constant time.
  virtual Result<bool> matches(const ChallengeId& id, const Secret& code) = 0;
  /// Uses the challenge up; true exactly once.
  virtual Result<bool> consume(const ChallengeId& id) = 0;
  virtual Result<void> count_wrong(const ChallengeId& id) = 0;
  /// Forgets the scope with its counters.
  virtual Result<void> clear(const ChallengeScope& scope) = 0;
};

}  // namespace portal
