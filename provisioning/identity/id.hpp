#pragma once

#include <compare>
#include <string>
#include <utility>

#include "base/random.hpp"

namespace portal {

/// An opaque identifier of one kind of thing; two kinds do not mix. Not a secret.
template <class Tag>
class Id {
 public:
  Id() = default;
  explicit Id(std::string text) : text_(std::move(text)) {}
  /// 128 random bits as 26 lower-case characters.
  static Id random() { return Id(random_identifier()); }

  const std::string& text() const noexcept { return text_; }
  bool empty() const noexcept { return text_.empty(); }
  auto operator<=>(const Id&) const = default;

 private:
  std::string text_;
};

using PersonId = Id<struct PersonTag>;
using LetterId = Id<struct LetterTag>;
using AccountId = Id<struct AccountTag>;
using FactorId = Id<struct FactorTag>;
using RegistrationId = Id<struct RegistrationTag>;
using ChallengeId = Id<struct ChallengeTag>;
using SessionId = Id<struct SessionTag>;
using IntentId = Id<struct IntentTag>;
using MessageId = Id<struct MessageTag>;
/// Names one decision in the audit log; the person sees the same id (requirement J1).
using DecisionId = Id<struct DecisionTag>;

/// The configured names "flex", "1e" and "insured": [a-z0-9-], at most 32 characters.
using PortalId = Id<struct PortalTag>;
using AudienceId = Id<struct AudienceTag>;

}  // namespace portal
