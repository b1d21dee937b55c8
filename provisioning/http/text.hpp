#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace portal::http {

/// What a '+' stands for: itself in a path, a space in a form.
enum class Plus { itself, space };

/// The length of `text` after percent-decoding; nothing when a '%' is not followed by two
/// hexadecimal digits, or when a byte of `text` is not printable ASCII.
std::optional<std::size_t> decoded_size(std::string_view text) noexcept;

/// Percent-decodes into `out`, which has exactly `decoded_size(text)` bytes.
void decode_into(std::string_view text, Plus plus, std::span<std::byte> out) noexcept;

/// Well-formed UTF-8 (RFC 3629): no overlong form, no surrogate, nothing above U+10FFFF.
bool is_utf8(std::string_view text) noexcept;

/// A token of RFC 9110 section 5.6.2: what a header's or a cookie's name is made of.
bool is_token(std::string_view text) noexcept;

/// ASCII letters in lower case, the rest unchanged; independent of the locale.
std::string to_lower(std::string_view text);

/// Without spaces and tabs at both ends.
std::string_view trimmed(std::string_view text) noexcept;

/// The part of `rest` before the next `separator`; `rest` becomes what follows it, or nothing at
/// the end. Loop: `for (bool more = true; more;) { part = next_part(rest, ',', more); … }`
std::string_view next_part(std::string_view& rest, char separator, bool& more) noexcept;

}  // namespace portal::http
