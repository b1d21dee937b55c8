#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "domain/ports/phrasebook.hpp"

namespace portal::web {

/// The phrasebook opened at one language: `words("page.log_out")`.
struct Words {
  const Phrasebook& book;
  Language language;

  std::string operator()(std::string_view key, const Phrasebook::Values& values = {}) const {
    return book.text(language, key, values);
  }
};

/// What a language calls itself: "Français".
std::string_view own_name(Language language) noexcept;

/// "31.01.2026, 14:05 CET", in the time zone of the host.
std::string moment(UtcTime time);

}  // namespace portal::web
