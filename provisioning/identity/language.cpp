#include "identity/language.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

#include "identity/typed.hpp"

namespace portal {
namespace {

constexpr std::size_t kMostItems = 20;

/// A quality value (RFC 9110 section 12.4.2) in thousandths; 0, "not acceptable", if malformed.
int parse_quality(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text.front() != '0' && text.front() != '1')) return 0;
  int value = (text.front() - '0') * 1000;
  if (text.size() > 1 && text[1] != '.') return 0;
  int weight = 100;
  for (const char digit : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (!is_digit(digit)) return 0;
    value += (digit - '0') * weight;
    weight /= 10;
  }
  return std::min(value, 1000);
}

struct Wish {
  std::string_view tag;
  int quality = 1000;
};

Wish parse_wish(std::string_view item) {
  const std::size_t semicolon = item.find(';');
  Wish wish{trimmed(item.substr(0, semicolon))};
  if (semicolon == std::string_view::npos) return wish;
  const std::string_view parameter = trimmed(item.substr(semicolon + 1));
  const bool is_quality = parameter.starts_with("q=") || parameter.starts_with("Q=");
  wish.quality = is_quality ? parse_quality(parameter.substr(2)) : 0;
  return wish;
}

}  // namespace

std::string_view code_of(Language language) noexcept {
  switch (language) {
    case Language::fr: return "fr";
    case Language::de: return "de";
    case Language::it: return "it";
    case Language::en: return "en";
  }
  return "fr";
}

std::optional<Language> parse_language(std::string_view tag) {
  const std::string_view primary = tag.substr(0, tag.find_first_of("-_.@"));
  if (primary.size() != 2) return std::nullopt;
  const std::string lower = {to_lower(primary[0]), to_lower(primary[1])};
  const auto found = std::ranges::find(kLanguages, lower, code_of);
  if (found == kLanguages.end()) return std::nullopt;
  return *found;
}

Language preferred_language(std::string_view accept_language) {
  Language best = Language::fr;
  int best_quality = 0;
  for (std::size_t items = 0; items < kMostItems && !accept_language.empty(); ++items) {
    const std::size_t comma = accept_language.find(',');
    const Wish wish = parse_wish(accept_language.substr(0, comma));
    const std::optional<Language> language = parse_language(wish.tag);
    if (language && wish.quality > best_quality) {
      best = *language;
      best_quality = wish.quality;
    }
    if (comma == std::string_view::npos) break;
    accept_language.remove_prefix(comma + 1);
  }
  return best;
}

}  // namespace portal
