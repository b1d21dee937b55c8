#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace portal {

/// A place in a text file, counted from 1; column in code points.
struct TextPosition {
  unsigned line = 1;
  unsigned column = 1;
};

/// One value of a TOML document (v1.0.0) with its place, free of the library that read it.
struct TomlValue {
  enum class Kind { text, number, truth, list, table, other };
  struct Entry;

  Kind kind = Kind::other;
  TextPosition position;
  std::string text;
  std::int64_t number = 0;
  bool truth = false;
  std::vector<TomlValue> items;  ///< list
  std::vector<Entry> entries;    ///< table, in the order of the file
};

struct TomlValue::Entry {
  std::string key;
  TextPosition position;
  TomlValue value;
};

/// "a text", "a number": for messages.
std::string_view name_of(TomlValue::Kind kind) noexcept;

/// A syntax error with its place.
struct TomlSyntaxError {
  TextPosition position;
  std::string what;
};

/// Parses a whole document; the result is a table.
tl::expected<TomlValue, TomlSyntaxError> parse_toml(std::string_view text);

}  // namespace portal
