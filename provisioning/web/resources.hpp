#pragma once

#include <span>

#include "base/embedded_file.hpp"

namespace portal::web {

/// templates/*.html, as the build embedded them.
std::span<const EmbeddedFile> embedded_templates();
/// assets/*: the stylesheet and the icon.
std::span<const EmbeddedFile> embedded_assets();

}  // namespace portal::web
