#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace portal::web {

struct Value;

/// What fills a template: a name for each of its variables and sections.
using Values = std::map<std::string, Value>;

/// One variable (text), or one section: shown or not (bool), repeated (list), or shown once with
/// names of its own (a list of one).
struct Value {
  Value(std::string text) : content(std::move(text)) {}
  Value(std::string_view text) : content(std::string(text)) {}
  Value(const char* text) : content(std::string(text)) {}
  Value(bool shown) : content(shown) {}
  Value(std::vector<Values> list) : content(std::move(list)) {}

  std::variant<std::string, bool, std::vector<Values>> content;
};

/// A text that is also a section: hidden when it is empty.
inline Value optional_text(std::string text) {
  return text.empty() ? Value(false) : Value(std::move(text));
}

/// A section with names of its own, shown once.
inline Value once(Values values) { return std::vector<Values>{std::move(values)}; }

}  // namespace portal::web
