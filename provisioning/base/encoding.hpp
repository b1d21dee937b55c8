#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace portal {

using Bytes = std::vector<std::byte>;

std::string to_hex(std::span<const std::byte> bytes);
/// RFC 4648 base64url without padding.
std::string to_base64url(std::span<const std::byte> bytes);
/// RFC 4648 base32 in lower case, without padding.
std::string to_base32_lower(std::span<const std::byte> bytes);

/// Fails: malformed.
Result<Bytes> from_base64url(std::string_view text);

std::span<const std::byte> bytes_of(std::string_view text) noexcept;

}  // namespace portal
