#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace portal::directory {

/// Whether `text` is a DN (RFC 4514) of at least one part and at most 1,024 bytes.
bool is_dn(std::string_view text);

/// Whether `dn` is `base` or below it. Attribute types and values are compared without case.
/// False if one of them is not a DN.
bool is_within(std::string_view dn, std::string_view base);

/// The last part: "uid=x" of "uid=x,ou=staging,dc=example". Fails: malformed.
Result<std::string> first_rdn(std::string_view dn);

/// The lowest entry above both (or one of them); empty if they share nothing.
std::string common_base(std::string_view one, std::string_view other);

}  // namespace portal::directory
