#include "directory/escaping.hpp"

namespace portal::directory {
namespace {

Result<void> check_length(std::string_view value) {
  if (value.empty()) return fail(Errc::malformed, "an empty value for the directory");
  if (value.size() > kLongestValue) return fail(Errc::malformed, "a value too long to be a name");
  return {};
}

void append_hex(std::string& out, char character) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(character);
  out += '\\';
  out += digits[byte >> 4];
  out += digits[byte & 0x0FU];
}

bool is_printable_ascii(char character) { return character >= 0x20 && character < 0x7F; }

}  // namespace

Result<std::string> escaped_for_dn(std::string_view value) {
  if (Result<void> checked = check_length(value); !checked) return fail(checked.error());
  std::string out;
  out.reserve(value.size() * 3);
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char character = value[i];
    const bool at_edge = i == 0 || i + 1 == value.size();
    const bool special = std::string_view("\"+,;<>\\=").find(character) != std::string_view::npos ||
                         (character == ' ' && at_edge) || (character == '#' && i == 0);
    if (!is_printable_ascii(character)) {
      append_hex(out, character);
    } else {
      if (special) out += '\\';
      out += character;
    }
  }
  return out;
}

Result<std::string> escaped_for_filter(std::string_view value) {
  if (Result<void> checked = check_length(value); !checked) return fail(checked.error());
  std::string out;
  out.reserve(value.size() * 3);
  for (const char character : value) {
    const bool special = std::string_view("*()\\").find(character) != std::string_view::npos;
    if (special || !is_printable_ascii(character)) {
      append_hex(out, character);
    } else {
      out += character;
    }
  }
  return out;
}

}  // namespace portal::directory
