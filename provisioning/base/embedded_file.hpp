#pragma once

#include <span>
#include <string_view>

namespace portal {

/// A file that the build put into the binary (config/cmake/EmbedFiles.cmake).
struct EmbeddedFile {
  std::string_view name;     ///< without folders: "layout.html"
  std::string_view content;  ///< as it was on disk
  std::string_view sha256;   ///< of the content, lower-case hex
};

}  // namespace portal
