#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace portal {

/// A Swiss social security number (AHV/AVS): 13 digits, prefix 756, EAN-13 check digit
/// (requirement R1). Personal data: never logged.
class AhvNumber {
 public:
  /// Dots, spaces and dashes between digits are forgiven. Fails: malformed.
  static Result<AhvNumber> parse(std::string_view typed);

  /// "7569217076985"
  const std::string& digits() const noexcept { return digits_; }
  /// "756.9217.0769.85"
  std::string formatted() const;
  auto operator<=>(const AhvNumber&) const = default;

 private:
  explicit AhvNumber(std::string digits) : digits_(std::move(digits)) {}
  std::string digits_;
};

}  // namespace portal
