#pragma once

#include <string>
#include <vector>

#include "daemon/setting_key.hpp"

namespace portal::test {

/// Text as roff reads it back: backslashes and hyphens as they are, no line a request.
inline std::string roff(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\') {
      escaped += "\\e";
    } else if (c == '-') {
      escaped += "\\-";
    } else {
      escaped += c;
    }
  }
  return escaped.starts_with('.') ? "\\&" + escaped : escaped;
}

/// The section KEYS of portald.toml(5).
inline std::string manual_text(const std::vector<KeyDescription>& keys, const std::string& table) {
  std::string text;
  for (const KeyDescription& key : keys) {
    if (key.form != KeyDescription::Form::value) continue;
    text += ".TP\n.B " + roff(key.name) + "\n" + roff(key.description) + "\nWants " +
            roff(key.type) + (key.range.empty() ? "" : " (" + roff(key.range) + ")") +
            (key.required ? "; must be set" : "") + ".";
    if (!key.fallback.empty()) text += " Default: " + roff(key.fallback) + ".";
    text += "\n";
  }
  for (const KeyDescription& key : keys) {
    if (key.form == KeyDescription::Form::value) continue;
    const std::string name = table.empty() ? key.name : table + "." + key.name;
    const bool many = key.form == KeyDescription::Form::tables;
    text += ".SS " + std::string(many ? "[[" : "[") + roff(name) + (many ? "]]" : "]") + "\n" +
            roff(key.description) + "\n" + manual_text(key.keys, name);
  }
  return text;
}

}  // namespace portal::test
