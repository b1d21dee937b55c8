#pragma once

#include <cstddef>
#include <string_view>

#include "base/secret.hpp"

namespace portal {

/// Of 0/O, 1/I/L, 2/Z, 5/S, 6/G and 8/B none is here: a reader cannot know which of a pair we would
/// have printed. Of U/V only V. Without A and E no code spells a word. 4.3 bits a character.
inline constexpr std::string_view kUnambiguous = "CDFHJKMNPQRTVWXY3479";

/// A code as it is printed: in groups of four, with dashes between them. A secret if `code` is one.
Secret in_groups(const Secret& code);

}  // namespace portal
