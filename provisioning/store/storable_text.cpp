#include "store/storable_text.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace portal {
namespace {

bool is_plain(char c) { return c != '\0' && static_cast<unsigned char>(c) < 0x80; }

/// How many bytes the character at the beginning has; 0 if there is none.
std::size_t length_of_first(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
  };
  if (is_plain(text[0])) return 1;
  const std::size_t length = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : byte(0) >= 0xC0 ? 2 : 0;
  if (length == 0 || length > text.size() || byte(0) > 0xF4) return 0;
  std::uint32_t character = byte(0) & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
    character = character << 6U | (byte(i) & 0x3FU);
  }
  const std::uint32_t least = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
  const bool is_surrogate = character >= 0xD800 && character <= 0xDFFF;
  return character < least || character > 0x10FFFF || is_surrogate ? 0 : length;
}

}  // namespace

std::string storable(std::string_view text) {
  if (std::ranges::all_of(text, is_plain)) return std::string(text);
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = length_of_first(text);
    clean.append(length == 0 ? "?" : text.substr(0, length));
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return clean;
}

}  // namespace portal
