#pragma once

#include <string>
#include <string_view>

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

}  // namespace portal::web
