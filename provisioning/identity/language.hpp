#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace portal {

/// The languages that the product speaks to people.
enum class Language { fr, de, it, en };

inline constexpr std::array<Language, 4> kLanguages = {Language::fr, Language::de, Language::it,
                                                       Language::en};

/// "fr", "de", "it", "en".
std::string_view code_of(Language language) noexcept;
/// The language of a tag such as "de-CH", "de_CH.UTF-8" or "IT"; nothing if we do not speak it.
std::optional<Language> parse_language(std::string_view tag);
/// The best language for an Accept-Language header (RFC 9110 section 12.5.4), French if none fits.
/// Looks at the first 20 items at most.
Language preferred_language(std::string_view accept_language);

}  // namespace portal
