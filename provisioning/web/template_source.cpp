#include "web/template_source.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/function_ref.hpp"
#include "web/resources.hpp"

namespace portal::web {
namespace {

constexpr int kDeepest = 4;

/// `source` with everything between `open` and `close` replaced.
std::string replaced(std::string_view source, std::string_view open, std::string_view close,
                     FunctionRef<std::string(std::string_view)> replacement) {
  std::string result;
  while (true) {
    const auto begin = source.find(open);
    if (begin == source.npos) break;
    const auto end = source.find(close, begin);
    if (end == source.npos) throw std::logic_error("a template has an open tag");
    result += source.substr(0, begin);
    result += replacement(source.substr(begin + open.size(), end - begin - open.size()));
    source.remove_prefix(end + close.size());
  }
  result += source;
  return result;
}

std::string assembled(std::string_view name, int depth) {
  const auto files = embedded_templates();
  const auto file = std::ranges::find(files, name, &EmbeddedFile::name);
  if (file == files.end() || depth > kDeepest) {
    throw std::logic_error("no template " + std::string(name));
  }
  return replaced(file->content, "{{>", "}}", [&](std::string_view part) {
    return assembled(std::string(part) + ".html", depth + 1);
  });
}

}  // namespace

std::string escaped_html(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&': escaped += "&amp;"; break;
      case '<': escaped += "&lt;"; break;
      case '>': escaped += "&gt;"; break;
      case '"': escaped += "&quot;"; break;
      case '\'': escaped += "&#39;"; break;
      default: escaped += c;
    }
  }
  return escaped;
}

std::string assembled_template(std::string_view name) { return assembled(name, 0); }

std::string translated_template(std::string_view source, const Words& words) {
  return replaced(source, "[[", "]]",
                  [&](std::string_view key) { return escaped_html(words(key)); });
}

}  // namespace portal::web
