#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace portal {

/// What somebody typed where a user name is asked: an e-mail address or a login name, known or not.
class UserName {
 public:
  /// NFC, case-folded, surrounding white space removed; 1 to 254 bytes of valid UTF-8 without
  /// control characters. Fails: malformed.
  static Result<UserName> parse(std::string_view typed);
  /// The form that is compared; equals EmailAddress::key() for the same address.
  const std::string& key() const noexcept { return key_; }
  auto operator<=>(const UserName&) const = default;

 private:
  explicit UserName(std::string key) : key_(std::move(key)) {}
  std::string key_;
};

}  // namespace portal
