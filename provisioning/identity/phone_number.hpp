#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace portal {

/// A phone number in E.164 form that can receive SMS.
class PhoneNumber {
 public:
  /// `home_region` (ISO 3166, "CH") completes a national number such as "079 123 45 67".
  /// Accepts what is possible and mobile (or mobile-or-fixed) for its country; premium, toll-free,
  /// shared-cost and fixed lines are refused (requirement S2). Fails: malformed, denied (not a
  /// mobile number).
  static Result<PhoneNumber> parse(std::string_view typed, std::string_view home_region);
  /// From our own store. Fails: malformed.
  static Result<PhoneNumber> from_e164(std::string_view text);

  /// "+41791234567"
  const std::string& e164() const noexcept { return e164_; }
  /// "+41": the calling code, against the allow-list.
  std::string calling_code() const;
  /// "+41 •• ••• •• 67": the calling code and the last two digits.
  std::string masked() const;
  auto operator<=>(const PhoneNumber&) const = default;

 private:
  explicit PhoneNumber(std::string e164) : e164_(std::move(e164)) {}
  std::string e164_;
};

}  // namespace portal
