#pragma once

#include <string_view>

#include "base/secret.hpp"
#include "identity/language.hpp"

namespace portal {

/// A mail's words as a page of HTML under `heading` (may be empty): a paragraph for each block of
/// lines, everything escaped. It names nothing outside itself: no image, style sheet, script or
/// link, so that opening it tells nobody anything. Leaves no copy behind: a body may hold a code.
Secret html_of(const Secret& text, std::string_view heading, Language language);

}  // namespace portal
