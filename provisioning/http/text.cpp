#include "http/text.hpp"

#include <cstdint>

namespace portal::http {
namespace {

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_alphanumeric(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// The length of the UTF-8 sequence that `lead` opens and the smallest value that needs it; 0 for
/// a byte that opens none.
struct Sequence {
  std::size_t length;
  std::uint32_t smallest;
  std::uint32_t bits;
};

Sequence sequence_of(unsigned char lead) noexcept {
  if (lead < 0x80) return {1, 0, lead};
  if ((lead & 0xE0U) == 0xC0) return {2, 0x80, lead & 0x1FU};
  if ((lead & 0xF0U) == 0xE0) return {3, 0x800, lead & 0x0FU};
  if ((lead & 0xF8U) == 0xF0) return {4, 0x10000, lead & 0x07U};
  return {0, 0, 0};
}

}  // namespace

std::optional<std::size_t> decoded_size(std::string_view text) noexcept {
  std::size_t size = 0;
  for (std::size_t i = 0; i < text.size(); ++i, ++size) {
    if (text[i] < 0x21 || text[i] > 0x7E) return std::nullopt;
    if (text[i] != '%') continue;
    if (text.size() - i < 3 || hex_value(text[i + 1]) < 0 || hex_value(text[i + 2]) < 0)
      return std::nullopt;
    i += 2;
  }
  return size;
}

void decode_into(std::string_view text, Plus plus, std::span<std::byte> out) noexcept {
  std::size_t at = 0;
  for (std::size_t i = 0; i < text.size() && at < out.size(); ++i) {
    char c = text[i];
    if (c == '%' && text.size() - i > 2) {
      c = static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else if (c == '+' && plus == Plus::space) {
      c = ' ';
    }
    out[at++] = static_cast<std::byte>(c);
  }
}

bool is_utf8(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size();) {
    const Sequence sequence = sequence_of(static_cast<unsigned char>(text[i]));
    if (sequence.length == 0 || text.size() - i < sequence.length) return false;
    std::uint32_t point = sequence.bits;
    for (std::size_t k = 1; k < sequence.length; ++k) {
      const auto byte = static_cast<unsigned char>(text[i + k]);
      if ((byte & 0xC0U) != 0x80) return false;
      point = (point << 6U) | (byte & 0x3FU);
    }
    const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
    if (point < sequence.smallest || surrogate || point > 0x10FFFF) return false;
    i += sequence.length;
  }
  return true;
}

bool is_token(std::string_view text) noexcept {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  for (const char c : text)
    if (!is_alphanumeric(c) && marks.find(c) == std::string_view::npos) return false;
  return !text.empty();
}

std::string to_lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view blanks = " \t";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string_view next_part(std::string_view& rest, char separator, bool& more) noexcept {
  const std::size_t end = rest.find(separator);
  more = end != std::string_view::npos;
  const std::string_view part = rest.substr(0, end);
  rest = more ? rest.substr(end + 1) : std::string_view{};
  return part;
}

}  // namespace portal::http
