#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace portal {

/// A deliverable mailbox address (RFC 5321 section 4.1.2 without quoted local parts and address
/// literals). ASCII: a directory stores no other. It becomes the user name.
class EmailAddress {
 public:
  /// Surrounding spaces are forgiven. At most 254 bytes, local part at most 64, a domain with a
  /// dot. No control characters, so it can stand in a header. Fails: malformed.
  static Result<EmailAddress> parse(std::string_view typed);

  /// As typed, NFC, domain in lower case: where mail is sent to.
  const std::string& text() const noexcept { return text_; }
  /// The form that is compared: NFC and case-folded. One account each.
  const std::string& key() const noexcept { return key_; }
  /// "a…r@example.ch": enough to recognise, too little to learn.
  std::string masked() const;
  bool operator==(const EmailAddress& other) const { return key_ == other.key_; }

 private:
  EmailAddress(std::string text, std::string key) : text_(std::move(text)), key_(std::move(key)) {}
  std::string text_;
  std::string key_;
};

}  // namespace portal
