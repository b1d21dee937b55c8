#include "daemon/defaults_text.hpp"

namespace portal {
namespace {

constexpr std::size_t kWidth = 98;

/// `text` as comment lines, broken at spaces.
std::string comment(std::string_view text, std::string_view indent = "# ") {
  std::string lines;
  while (!text.empty()) {
    std::size_t length = std::min(text.size(), kWidth - indent.size());
    if (length < text.size()) {
      const std::size_t space = text.rfind(' ', length);
      if (space != std::string_view::npos && space != 0) length = space;
    }
    lines += std::string(indent) + std::string(text.substr(0, length)) + "\n";
    text.remove_prefix(length);
    while (text.starts_with(' ')) text.remove_prefix(1);
  }
  return lines;
}

std::string kind_of(const KeyDescription& key) {
  std::string kind = key.type;
  if (!key.range.empty()) kind += " (" + key.range + ")";
  return kind;
}

std::string value_text(const KeyDescription& key) {
  std::string text = comment(key.description);
  text += comment("Wants " + kind_of(key) + (key.required ? "; must be set." : "."));
  if (!key.example.empty()) return text + key.name + " = " + key.example + "\n\n";
  if (key.fallback.empty()) return text + "#" + key.name + " =\n\n";
  return text + "#" + key.name + " = " + key.fallback + "\n\n";
}

std::string title(std::string_view name, std::string_view description) {
  return "# " + std::string(kWidth - 2, '-') + "\n" + comment(description) + std::string(name) +
         "\n\n";
}

/// The keys of a repeated table, told in comments; what it looks like stands after them.
std::string legend(const std::vector<KeyDescription>& keys, const std::string& name) {
  std::string text;
  for (const KeyDescription& key : keys) {
    const std::string dotted_name = name + "." + key.name;
    if (key.form != KeyDescription::Form::value) {
      text += comment(dotted_name + ": " + key.description) + legend(key.keys, dotted_name);
      continue;
    }
    std::string told = dotted_name;
    told.append(": ").append(key.description).append(" Wants ").append(kind_of(key));
    told += key.required ? "; must be set." : ".";
    if (!key.fallback.empty()) told.append(" Default: ").append(key.fallback).append(".");
    text += comment(told);
  }
  return text;
}

std::string table_text(const std::string& name, const std::vector<KeyDescription>& keys) {
  std::string text;
  for (const KeyDescription& key : keys) {
    if (key.form == KeyDescription::Form::value) text += value_text(key);
  }
  for (const KeyDescription& key : keys) {
    const std::string dotted_name = name.empty() ? key.name : name + "." + key.name;
    if (key.form == KeyDescription::Form::table) {
      text += title("[" + dotted_name + "]", key.description);
      text += table_text(dotted_name, key.keys);
    } else if (key.form == KeyDescription::Form::tables) {
      text += "# " + std::string(kWidth - 2, '-') + "\n" + comment(key.description) + "#\n" +
              legend(key.keys, dotted_name) + "\n" +
              (key.example.empty() ? "" : key.example + "\n");
    }
  }
  return text;
}

}  // namespace

std::string defaults_text(const std::vector<KeyDescription>& keys) {
  std::string text =
      "# The configuration of portald, with every key. A line such as \"#port = 8443\" shows the\n"
      "# default; take the # away to change it. Paths are relative to this file's folder; "
      "durations\n"
      "# are written \"400ms\", \"30s\", \"15min\", \"24h\" or \"30d\".\n"
      "# Check a change with: portald --config FILE --check\n"
      "# (This file is what `portald --print-defaults` prints.)\n\n";
  text += table_text("", keys);
  while (text.ends_with("\n\n")) text.pop_back();
  return text;
}

}  // namespace portal
