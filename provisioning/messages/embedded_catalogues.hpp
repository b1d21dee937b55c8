#pragma once

#include <span>

#include "base/embedded_file.hpp"

namespace portal::messages {

/// "fr.mo", "de.mo", "it.mo", "en.mo": what msgfmt made of the .po files of this folder.
std::span<const EmbeddedFile> embedded_catalogues();

}  // namespace portal::messages
