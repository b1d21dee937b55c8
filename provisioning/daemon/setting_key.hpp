#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/reading.hpp"

namespace portal {

/// What there is to know about a key without its type: for the commented defaults and for tests.
struct KeyDescription {
  enum class Form { value, table, tables } form = Form::value;
  std::string name;
  std::string type;         ///< "a number"
  std::string range;        ///< "1 to 65535"; may be empty
  std::string description;  ///< full sentences
  std::string fallback;     ///< the default as TOML; empty: there is none
  std::string example;      ///< TOML that the shipped file has in place of the default
  bool required = false;
  std::vector<KeyDescription> keys;  ///< of a table
};

/// How one member of a settings struct is read, checked and shown.
template <class S>
struct Shape {
  KeyDescription::Form form = KeyDescription::Form::value;
  std::string type;
  std::string range;
  /// Takes the value over, or reports what is wrong with it. `name` is for messages: "web.port".
  std::function<void(S&, const TomlValue&, const std::string& name, Reading&)> take;
  /// The member's value as TOML; empty if it has none.
  std::function<std::string(const S&)> show;
  std::vector<KeyDescription> keys;
};

/// A key of a settings struct: declared once, with all that parsing, documentation and tests need.
/// Its default is the struct's own.
template <class S>
struct Key {
  std::string name;
  Shape<S> shape;
  std::string description;
  bool required = false;
  std::string example = {};
};

template <class S>
using Keys = std::vector<Key<S>>;

template <class S>
std::vector<KeyDescription> describe(const Keys<S>& keys, const S& defaults) {
  std::vector<KeyDescription> all;
  for (const Key<S>& key : keys) {
    all.push_back({key.shape.form, key.name, key.shape.type, key.shape.range, key.description,
                   key.required ? std::string() : key.shape.show(defaults), key.example,
                   key.required, key.shape.keys});
  }
  return all;
}

/// The keys of a part as keys of the whole: a struct inside a struct, without a table of its own.
template <class S, class T>
Keys<S> lifted(T S::*part, const Keys<T>& keys) {
  Keys<S> all;
  for (const Key<T>& key : keys) {
    Shape<S> shape{
        key.shape.form,
        key.shape.type,
        key.shape.range,
        [part, take = key.shape.take](S& settings, const TomlValue& value, const std::string& name,
                                      Reading& reading) {
          take(settings.*part, value, name, reading);
        },
        [part, show = key.shape.show](const S& settings) { return show(settings.*part); },
        key.shape.keys};
    all.push_back({key.name, std::move(shape), key.description, key.required, key.example});
  }
  return all;
}

/// One list of keys after the other.
template <class S>
Keys<S> joined(Keys<S> first, Keys<S> second) {
  for (Key<S>& key : second) first.push_back(std::move(key));
  return first;
}

/// "web.port", or "port" at the top.
inline std::string dotted(const std::string& table, const std::string& key) {
  return table.empty() ? key : table + "." + key;
}

/// "unknown key", and what was probably meant.
std::string unknown_key_text(const std::string& table, const std::string& key,
                             const std::vector<std::string>& known);
/// "web.port: wants a number (1 to 65535), found a text".
std::string wrong_value_text(const std::string& name, std::string_view type, std::string_view range,
                             std::string_view found);

/// Reads a table into `target`: each key that is there, problems for unknown and missing ones.
template <class S>
void read_table(const Keys<S>& keys, S& target, const TomlValue& table, const std::string& name,
                Reading& reading) {
  std::vector<std::string> known;
  for (const Key<S>& key : keys) known.push_back(key.name);
  for (const TomlValue::Entry& entry : table.entries) {
    const auto found = std::find(known.begin(), known.end(), entry.key);
    if (found == known.end()) {
      reading.report(entry.position, unknown_key_text(name, entry.key, known));
      continue;
    }
    const Key<S>& key = keys[static_cast<std::size_t>(found - known.begin())];
    key.shape.take(target, entry.value, dotted(name, key.name), reading);
  }
  for (const Key<S>& key : keys) {
    const bool there = std::any_of(table.entries.begin(), table.entries.end(),
                                   [&](const auto& entry) { return entry.key == key.name; });
    if (there) continue;
    if (key.required) {
      reading.report(table.position, dotted(name, key.name) + " is missing: " + key.description);
    } else if (key.shape.form == KeyDescription::Form::table) {
      // A table left out is an empty one: keys that it must have are missed all the same.
      TomlValue empty;
      empty.kind = TomlValue::Kind::table;
      empty.position = table.position;
      key.shape.take(target, empty, dotted(name, key.name), reading);
    }
  }
}

}  // namespace portal
