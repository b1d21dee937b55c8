#include "identity/typed.hpp"

#include <algorithm>
#include <array>

namespace portal {
namespace {

struct Replacement {
  std::string_view from;
  std::string_view to;
};

constexpr std::array<Replacement, 16> kTypography = {{
    {"\xC2\xA0", " "},      // no-break space
    {"\xE2\x80\x89", " "},  // thin space
    {"\xE2\x80\xAF", " "},  // narrow no-break space
    {"\xC2\xAD", ""},       // soft hyphen
    {"\xE2\x80\x8B", ""},   // zero width space
    {"\xE2\x80\x8E", ""},   // left-to-right mark
    {"\xE2\x80\x8F", ""},   // right-to-left mark
    {"\xE2\x80\xAA", ""},   // left-to-right embedding
    {"\xE2\x80\xAC", ""},   // pop directional formatting
    {"\xE2\x80\xAD", ""},   // left-to-right override
    {"\xEF\xBB\xBF", ""},   // byte order mark
    {"\xE2\x80\x90", "-"},  // hyphen
    {"\xE2\x80\x91", "-"},  // non-breaking hyphen
    {"\xE2\x80\x92", "-"},  // figure dash
    {"\xE2\x80\x93", "-"},  // en dash
    {"\xE2\x88\x92", "-"},  // minus sign
}};

constexpr std::array<std::string_view, 9> kSpaces = {
    " ", "\t", "\n", "\v", "\f", "\r", "\xC2\xA0", "\xE2\x80\x89", "\xE2\x80\xAF"};

}  // namespace

std::string_view trimmed(std::string_view typed) noexcept {
  const auto cut = [&](auto matches, auto remove) {
    bool again = true;
    while (again) {
      const auto space = std::ranges::find_if(kSpaces, matches);
      again = space != kSpaces.end();
      if (again) remove(space->size());
    }
  };
  cut([&](std::string_view space) { return typed.starts_with(space); },
      [&](std::size_t size) { typed.remove_prefix(size); });
  cut([&](std::string_view space) { return typed.ends_with(space); },
      [&](std::size_t size) { typed.remove_suffix(size); });
  return typed;
}

std::string plain_typography(std::string_view typed) {
  std::string plain;
  plain.reserve(typed.size());
  while (!typed.empty()) {
    const auto found = std::ranges::find_if(
        kTypography, [&](const Replacement& known) { return typed.starts_with(known.from); });
    if (found == kTypography.end()) {
      plain += typed.front();
      typed.remove_prefix(1);
    } else {
      plain += found->to;
      typed.remove_prefix(found->from.size());
    }
  }
  return plain;
}

}  // namespace portal
