#pragma once

#include <string_view>
#include <utility>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace portal {

/// A code that stands in for a lost second factor, once (requirement A1). Kept in canonical form:
/// upper case, without dashes and spaces.
class RecoveryCode {
 public:
  /// 69 bits: 16 characters out of 20 that cannot be taken for one another.
  static RecoveryCode generate();
  /// Case, dashes and spaces are forgiven. Fails: malformed (not 16 characters of the alphabet; no
  /// code of an app or SMS passes).
  static Result<RecoveryCode> parse(std::string_view typed);

  const Secret& canonical() const noexcept { return canonical_; }
  /// In groups of four: "K7QF-9XTM-4PWR-HJ3D". A secret still.
  Secret printed() const;

 private:
  explicit RecoveryCode(Secret canonical) : canonical_(std::move(canonical)) {}
  Secret canonical_;
};

}  // namespace portal
