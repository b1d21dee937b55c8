#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace portal {

/// A date of birth, a real calendar day from 1900-01-01 to 2099-12-31.
class BirthDate {
 public:
  /// As a person types it: DD.MM.YYYY; one-digit day and month, spaces, '/' and '-' forgiven.
  /// Fails: malformed.
  static Result<BirthDate> parse(std::string_view typed);
  /// As files carry it: YYYY-MM-DD. Fails: malformed.
  static Result<BirthDate> parse_iso(std::string_view text);

  /// "1963-04-17"
  std::string iso() const;
  /// "17.04.1963"
  std::string formatted() const;
  auto operator<=>(const BirthDate&) const = default;

 private:
  explicit BirthDate(std::chrono::year_month_day day) : day_(day) {}
  std::chrono::year_month_day day_;
};

}  // namespace portal
