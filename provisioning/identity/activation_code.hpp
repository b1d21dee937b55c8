#pragma once

#include <string_view>
#include <utility>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace portal {

/// The code printed on a person's statement. Kept in canonical form: letters in upper case, without
/// dashes and spaces (requirement R2).
class ActivationCode {
 public:
  /// Case, dashes and spaces are forgiven. 4 to 64 letters and digits (ASCII) remain.
  /// Look-alikes are not exchanged: an imported code may use any letter. Fails: malformed.
  static Result<ActivationCode> parse(std::string_view typed);
  /// A new code of 69 bits: 16 characters out of 20 that cannot be taken for one another.
  static ActivationCode generate();

  const Secret& canonical() const noexcept { return canonical_; }
  /// For the letter, in groups of four: "K7QF-9XTM-…". A secret still.
  Secret printed() const;
  /// An upper bound of its strength: log2(size of the character classes used) × length.
  /// Under 20 an import warns (requirement R2).
  double strength_bits() const;

 private:
  explicit ActivationCode(Secret canonical) : canonical_(std::move(canonical)) {}
  Secret canonical_;
};

}  // namespace portal
