#include "daemon/shapes.hpp"

#include <array>
#include <charconv>
#include <cstdio>

namespace portal::shapes {

std::string toml_text(std::string_view text) {
  std::string literal = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') literal += '\\';
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      std::array<char, 8> escape{};
      (void)std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(c));
      literal += escape.data();
    } else {
      literal += c;
    }
  }
  return literal + "\"";
}

bool has_kind(const TomlValue& value, TomlValue::Kind kind, const std::string& name,
              std::string_view type, std::string_view range, Reading& reading) {
  if (value.kind == kind) return true;
  reading.report(value.position, wrong_value_text(name, type, range, name_of(value.kind)));
  return false;
}

std::vector<std::string> texts_of(const TomlValue& value, const std::string& name,
                                  Reading& reading) {
  std::vector<std::string> texts;
  if (!has_kind(value, TomlValue::Kind::list, name, "a list of texts", "", reading)) return texts;
  for (const TomlValue& item : value.items) {
    if (has_kind(item, TomlValue::Kind::text, name, "a list of texts", "", reading)) {
      texts.push_back(item.text);
    }
  }
  return texts;
}

std::string list_text(const std::vector<std::string>& items) {
  std::string text = "[";
  for (const std::string& item : items) {
    if (text.size() > 1) text += ", ";
    text += toml_text(item);
  }
  return text + "]";
}

std::optional<unsigned> parse_mode(std::string_view text) {
  unsigned mode = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  // Whoever serves a socket must be able to use it.
  if (text.size() != 4 || mode > 0777 || (mode & 0600U) != 0600U) return std::nullopt;
  return mode;
}

std::string mode_text(unsigned mode) {
  std::array<char, 8> text{};
  (void)std::snprintf(text.data(), text.size(), "%04o", mode & 07777U);
  return text.data();
}

}  // namespace portal::shapes
