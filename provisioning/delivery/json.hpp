#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace portal {

/// `text` as it stands inside a JSON string, without the quotes (RFC 8259 section 7); what is not
/// UTF-8 becomes U+FFFD.
std::string json_escaped(std::string_view text);

/// An object of texts, in this order, indented, with a final newline.
Secret json_object(std::initializer_list<std::pair<std::string_view, std::string_view>> members);

/// Whether `text` is a JSON pointer (RFC 6901).
bool is_json_pointer(const std::string& text);

/// What stands at `pointer` in a JSON document: a text as it is, anything else as JSON; nothing if
/// there is nothing, or null. Fails: malformed (no JSON).
Result<std::optional<std::string>> json_text_at(std::string_view document,
                                                const std::string& pointer);

}  // namespace portal
