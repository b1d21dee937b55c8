#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "identity/email_address.hpp"

namespace portal {

/// A header line "Name: value\r\n" of an RFC 5322 message that cannot become two: a value with a
/// control character is refused. Beyond ASCII, or if too long for one line, the value becomes
/// encoded words (RFC 2047), folded. `name` is ours, at most 30 characters of a token.
/// Fails: malformed.
Result<std::string> mail_header(std::string_view name, std::string_view value);

/// As mail_header for an address with the name of its owner (may be empty). Fails: malformed.
Result<std::string> address_header(std::string_view name, std::string_view display_name,
                                   const EmailAddress& address);

}  // namespace portal
