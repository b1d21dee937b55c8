#include "daemon/toml_document.hpp"

#include <algorithm>

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace portal {
namespace {

/// The library itself stops at 256 levels; no setting is that deep.
constexpr int kDeepest = 16;

TextPosition position_of(const toml::source_region& source) {
  return {std::max<unsigned>(1, source.begin.line), std::max<unsigned>(1, source.begin.column)};
}

TomlValue value_of(const toml::node& node, int depth) {
  TomlValue value;
  value.position = position_of(node.source());
  if (depth > kDeepest) return value;
  if (const auto* text = node.as_string()) {
    value.kind = TomlValue::Kind::text;
    value.text = text->get();
  } else if (const auto* number = node.as_integer()) {
    value.kind = TomlValue::Kind::number;
    value.number = number->get();
  } else if (const auto* truth = node.as_boolean()) {
    value.kind = TomlValue::Kind::truth;
    value.truth = truth->get();
  } else if (const auto* list = node.as_array()) {
    value.kind = TomlValue::Kind::list;
    for (const toml::node& item : *list) value.items.push_back(value_of(item, depth + 1));
  } else if (const auto* table = node.as_table()) {
    value.kind = TomlValue::Kind::table;
    for (const auto& [key, item] : *table) {
      value.entries.push_back(
          {std::string(key.str()), position_of(key.source()), value_of(item, depth + 1)});
    }
    // The library sorts by name; errors should come in the order of the file.
    std::ranges::stable_sort(value.entries, {}, [](const TomlValue::Entry& entry) {
      return std::pair(entry.position.line, entry.position.column);
    });
  }
  return value;
}

}  // namespace

std::string_view name_of(TomlValue::Kind kind) noexcept {
  switch (kind) {
    case TomlValue::Kind::text: return "a text";
    case TomlValue::Kind::number: return "a number";
    case TomlValue::Kind::truth: return "true or false";
    case TomlValue::Kind::list: return "a list";
    case TomlValue::Kind::table: return "a table";
    case TomlValue::Kind::other: return "a date, a fraction or something else";
  }
  return "something else";
}

tl::expected<TomlValue, TomlSyntaxError> parse_toml(std::string_view text) {
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    return tl::unexpected(
        TomlSyntaxError{position_of(error.source()), std::string(error.description())});
  }
  return value_of(parsed.table(), 0);
}

}  // namespace portal
