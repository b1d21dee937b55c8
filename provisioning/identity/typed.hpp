#pragma once

#include <string>
#include <string_view>

namespace portal {

/// `typed` without the white space around it: ASCII, no-break and narrow no-break spaces, which
/// come along when a number is copied out of a letter.
std::string_view trimmed(std::string_view typed) noexcept;

/// `typed` with no-break spaces turned into spaces, the dashes of typography into '-', and the
/// invisible direction marks that phones add on copying left out.
std::string plain_typography(std::string_view typed);

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr char to_upper(char c) noexcept {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}
constexpr char to_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace portal
