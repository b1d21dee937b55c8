#include "messages/placeholders.hpp"

#include "base/function_ref.hpp"

namespace portal::messages {
namespace {

/// Gives the text between placeholders to `text`, and each name to `placeholder`.
void walk(std::string_view pattern, FunctionRef<void(std::string_view)> text,
          FunctionRef<void(std::string_view)> placeholder) {
  while (true) {
    const auto open = pattern.find("{{");
    const auto close = open == pattern.npos ? pattern.npos : pattern.find("}}", open);
    if (close == pattern.npos) break;
    text(pattern.substr(0, open));
    placeholder(pattern.substr(open + 2, close - open - 2));
    pattern.remove_prefix(close + 2);
  }
  text(pattern);
}

}  // namespace

std::string fill_placeholders(std::string_view pattern,
                              const std::map<std::string, std::string>& values) {
  std::string filled;
  walk(
      pattern, [&](std::string_view text) { filled += text; },
      [&](std::string_view name) {
        const auto value = values.find(std::string(name));
        if (value == values.end()) {
          filled.append("{{").append(name).append("}}");
        } else {
          filled += value->second;
        }
      });
  return filled;
}

std::set<std::string> placeholders_of(std::string_view pattern) {
  std::set<std::string> names;
  walk(
      pattern, [](std::string_view) {}, [&](std::string_view name) { names.emplace(name); });
  return names;
}

}  // namespace portal::messages
