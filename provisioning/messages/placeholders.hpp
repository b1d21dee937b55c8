#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace portal::messages {

/// `pattern` with each `{{name}}` replaced by its value. One pass: a value that looks like a
/// placeholder stays as it is. A placeholder without a value stays too, so that a page may fill it
/// later, and so that a forgotten value is seen.
std::string fill_placeholders(std::string_view pattern,
                              const std::map<std::string, std::string>& values);

/// The names of the placeholders of `pattern`.
std::set<std::string> placeholders_of(std::string_view pattern);

}  // namespace portal::messages
