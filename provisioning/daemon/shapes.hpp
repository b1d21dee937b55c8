#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/file.hpp"
#include "daemon/duration.hpp"
#include "daemon/setting_key.hpp"

/// The forms that a setting can have. Each function makes the Shape of one member.
namespace portal::shapes {

/// `text` as a TOML basic string.
std::string toml_text(std::string_view text);
/// Reports and says no unless `value` is of this kind.
bool has_kind(const TomlValue& value, TomlValue::Kind kind, const std::string& name,
              std::string_view type, std::string_view range, Reading& reading);
/// The texts of a list, or problems; `limit` of them at most.
std::vector<std::string> texts_of(const TomlValue& value, const std::string& name,
                                  Reading& reading);
/// `["+41", "+423"]`
std::string list_text(const std::vector<std::string>& items);
/// A file mode written as "0660"; nothing if it is not one.
std::optional<unsigned> parse_mode(std::string_view text);
std::string mode_text(unsigned mode);

/// A text of at most `longest` bytes, without control characters.
template <class S>
Shape<S> text(std::string S::*member, std::size_t longest = 1024) {
  const std::string range = "at most " + std::to_string(longest) + " bytes";
  Shape<S> shape;
  shape.type = "a text";
  shape.take = [=](S& settings, const TomlValue& value, const std::string& name, Reading& reading) {
    if (!has_kind(value, TomlValue::Kind::text, name, "a text", "", reading)) return;
    const bool control = std::any_of(value.text.begin(), value.text.end(),
                                     [](unsigned char c) { return c < 0x20 || c == 0x7F; });
    if (value.text.size() > longest || control) {
      reading.report(value.position, wrong_value_text(name, "a text without control characters",
                                                      range, toml_text(value.text)));
      return;
    }
    settings.*member = value.text;
  };
  shape.show = [=](const S& settings) {
    return (settings.*member).empty() ? std::string() : toml_text(settings.*member);
  };
  return shape;
}

template <class S, class N>
Shape<S> number(N S::*member, std::int64_t least, std::int64_t most) {
  const std::string range = std::to_string(least) + " to " + std::to_string(most);
  Shape<S> shape;
  shape.type = "a number";
  shape.range = range;
  shape.take = [=](S& settings, const TomlValue& value, const std::string& name, Reading& reading) {
    if (!has_kind(value, TomlValue::Kind::number, name, "a number", range, reading)) return;
    if (value.number < least || value.number > most) {
      reading.report(value.position,
                     wrong_value_text(name, "a number", range, std::to_string(value.number)));
      return;
    }
    settings.*member = static_cast<N>(value.number);
  };
  shape.show = [=](const S& settings) { return std::to_string(settings.*member); };
  return shape;
}

template <class S>
Shape<S> truth(bool S::*member) {
  Shape<S> shape;
  shape.type = "true or false";
  shape.take = [=](S& settings, const TomlValue& value, const std::string& name, Reading& reading) {
    if (has_kind(value, TomlValue::Kind::truth, name, "true or false", "", reading)) {
      settings.*member = value.truth;
    }
  };
  shape.show = [=](const S& settings) { return std::string(settings.*member ? "true" : "false"); };
  return shape;
}

/// A length of time: "15min". One that is no multiple of the member's unit is refused.
template <class S, class D>
Shape<S> duration(D S::*member, std::chrono::milliseconds least, std::chrono::milliseconds most) {
  const std::string range = duration_text(least) + " to " + duration_text(most);
  Shape<S> shape;
  shape.type = "a duration";
  shape.range = range;
  shape.take = [=](S& settings, const TomlValue& value, const std::string& name, Reading& reading) {
    const std::string type = "a duration such as \"" + duration_text(S{}.*member) + "\"";
    if (!has_kind(value, TomlValue::Kind::text, name, type, range, reading)) return;
    const auto parsed = parse_duration(value.text);
    if (!parsed || *parsed < least || *parsed > most) {
      reading.report(value.position, wrong_value_text(name, type, range, toml_text(value.text)));
      return;
    }
    const D taken = std::chrono::duration_cast<D>(*parsed);
    if (taken != *parsed) {
      reading.report(value.position, name + ": " + toml_text(value.text) + " is finer than " +
                                         duration_text(D{1}) + ", its smallest step");
      return;
    }
    settings.*member = taken;
  };
  shape.show = [=](const S& settings) { return toml_text(duration_text(settings.*member)); };
  return shape;
}

/// One of a few words, each for a value of an enum.
template <class S, class E>
Shape<S> choice(E S::*member, std::vector<std::pair<std::string, E>> words) {
  std::string range;
  std::vector<std::string> names;
  for (const auto& [word, value] : words) {
    range += (range.empty() ? "" : ", ") + toml_text(word);
    names.push_back(word);
  }
  Shape<S> shape;
  shape.type = "one of";
  shape.range = range;
  shape.take = [=](S& settings, const TomlValue& value, const std::string& name, Reading& reading) {
    if (!has_kind(value, TomlValue::Kind::text, name, "one of", range, reading)) return;
    for (const auto& [word, meaning] : words) {
      if (word == value.text) {
        settings.*member = meaning;
        return;
      }
    }
    std::string problem = wrong_value_text(name, "one of", range, toml_text(value.text));
    const std::string meant = nearest_name(value.text, names);
    if (!meant.empty()) problem += "; did you mean \"" + meant + "\"?";
    reading.report(value.position, problem);
  };
  shape.show = [=](const S& settings) {
    for (const auto& [word, meaning] : words) {
      if (meaning == settings.*member) return toml_text(word);
    }
    return std::string();
  };
  return shape;
}

/// A list of texts, into any container of strings.
template <class S, class C>
Shape<S> texts(C S::*member) {
  Shape<S> shape;
  shape.type = "a list of texts";
  shape.take = [=](S& settings, const TomlValue& value, const std::string& name, Reading& reading) {
    const std::vector<std::string> items = texts_of(value, name, reading);
    settings.*member = C(items.begin(), items.end());
  };
  shape.show = [=](const S& settings) {
    return list_text({(settings.*member).begin(), (settings.*member).end()});
  };
  return shape;
}

/// A file mode: "0660".
template <class S>
Shape<S> mode(unsigned S::*member) {
  Shape<S> shape;
  shape.type = "a file mode";
  shape.range = "\"0600\" to \"0777\"";
  shape.take = [=](S& settings, const TomlValue& value, const std::string& name, Reading& reading) {
    if (!has_kind(value, TomlValue::Kind::text, name, "a file mode", "", reading)) return;
    const auto parsed = parse_mode(value.text);
    if (parsed) {
      settings.*member = *parsed;
    } else {
      reading.report(value.position, wrong_value_text(name, "a file mode", "\"0600\" to \"0777\"",
                                                      toml_text(value.text)));
    }
  };
  shape.show = [=](const S& settings) { return toml_text(mode_text(settings.*member)); };
  return shape;
}

enum class FileUse { plain, secret };

/// A path, relative to the configuration file's folder. A secret that others can read is refused.
template <class S>
Shape<S> path(std::filesystem::path S::*member, FileUse use = FileUse::plain) {
  Shape<S> shape;
  shape.type = use == FileUse::secret ? "a path of a file private to its owner" : "a path";
  shape.take = [=](S& settings, const TomlValue& value, const std::string& name, Reading& reading) {
    if (!has_kind(value, TomlValue::Kind::text, name, "a path", "", reading)) return;
    if (value.text.empty() || value.text.find('\0') != std::string::npos) {
      reading.report(value.position, wrong_value_text(name, "a path", "", toml_text(value.text)));
      return;
    }
    settings.*member = reading.resolve(value.text);
    if (use == FileUse::secret) reading.want_private(value.position, settings.*member);
  };
  shape.show = [=](const S& settings) {
    return (settings.*member).empty() ? std::string() : toml_text((settings.*member).string());
  };
  return shape;
}

/// A file that holds one secret; the secret is taken, the path is not kept.
template <class S>
Shape<S> secret_from_file(Secret S::*member) {
  Shape<S> shape;
  shape.type = "a path of a file private to its owner";
  shape.take = [=](S& settings, const TomlValue& value, const std::string& name, Reading& reading) {
    if (!has_kind(value, TomlValue::Kind::text, name, "a path", "", reading)) return;
    Result<Secret> secret = read_secret_file(reading.resolve(value.text));
    if (secret) {
      settings.*member = std::move(*secret);
    } else {
      reading.report(value.position, name + ": " + secret.error().detail);
    }
  };
  shape.show = [](const S&) { return std::string(); };
  return shape;
}

/// A table inside a table.
template <class S, class T>
Shape<S> table(T S::*member, Keys<T> keys) {
  Shape<S> shape;
  shape.form = KeyDescription::Form::table;
  shape.type = "a table";
  shape.keys = describe(keys, S{}.*member);
  shape.take = [=](S& settings, const TomlValue& value, const std::string& name, Reading& reading) {
    if (!has_kind(value, TomlValue::Kind::table, name, "a table", "", reading)) return;
    read_table(keys, settings.*member, value, name, reading);
  };
  shape.show = [](const S&) { return std::string(); };
  return shape;
}

/// A table whose keys set more than one member.
template <class S>
Shape<S> section(Keys<S> keys) {
  Shape<S> shape;
  shape.form = KeyDescription::Form::table;
  shape.type = "a table";
  shape.keys = describe(keys, S{});
  shape.take = [=](S& settings, const TomlValue& value, const std::string& name, Reading& reading) {
    if (!has_kind(value, TomlValue::Kind::table, name, "a table", "", reading)) return;
    read_table(keys, settings, value, name, reading);
  };
  shape.show = [](const S&) { return std::string(); };
  return shape;
}

/// Any number of tables of the same keys: `[[portal]]`.
template <class S, class T>
Shape<S> tables(std::vector<T> S::*member, Keys<T> keys) {
  Shape<S> shape;
  shape.form = KeyDescription::Form::tables;
  shape.type = "a list of tables";
  shape.keys = describe(keys, T{});
  shape.take = [=](S& settings, const TomlValue& value, const std::string& name, Reading& reading) {
    if (!has_kind(value, TomlValue::Kind::list, name, "a list of tables", "", reading)) return;
    for (const TomlValue& item : value.items) {
      if (!has_kind(item, TomlValue::Kind::table, name, "a table", "", reading)) continue;
      T element{};
      read_table(keys, element, item, name, reading);
      (settings.*member).push_back(std::move(element));
    }
  };
  shape.show = [](const S&) { return std::string(); };
  return shape;
}

}  // namespace portal::shapes
