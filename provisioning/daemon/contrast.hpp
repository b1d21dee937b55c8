#pragma once

#include <string_view>

namespace portal {

/// Whether `text` is a colour as "#1d4f6e".
bool is_colour(std::string_view text);

/// The contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio" and "relative
/// luminance"). Both must be colours.
double contrast(std::string_view one, std::string_view other);

}  // namespace portal
