#pragma once

#include <string>
#include <string_view>

#include "web/words.hpp"

namespace portal::web {

/// `text` with &, <, >, " and ' as entities.
std::string escaped_html(std::string_view text);

/// The embedded template `name` ("layout.html") with each `{{>part}}` replaced by part.html.
/// Throws std::logic_error if there is none, or parts stand in each other without end.
std::string assembled_template(std::string_view name);

/// `source` with each `[[key]]` replaced by its words, escaped; placeholders in the words stay
/// variables of the template, so they are filled escaped too.
std::string translated_template(std::string_view source, const Words& words);

}  // namespace portal::web
