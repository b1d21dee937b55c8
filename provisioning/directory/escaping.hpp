#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace portal::directory {

/// What is escaped is at most this many bytes: longer than any name or address we hold.
inline constexpr std::size_t kLongestValue = 1024;

/// `value` as an attribute value inside a DN (RFC 4514 section 2.4, requirement L2). Control
/// characters and all that is not ASCII become hex pairs. Fails: malformed (empty, too long).
Result<std::string> escaped_for_dn(std::string_view value);

/// `value` as an assertion value inside a filter (RFC 4515 section 3, requirement L2).
/// Fails: malformed (empty, too long).
Result<std::string> escaped_for_filter(std::string_view value);

}  // namespace portal::directory
