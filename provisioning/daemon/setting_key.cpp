#include "daemon/setting_key.hpp"

namespace portal {

std::string unknown_key_text(const std::string& table, const std::string& key,
                             const std::vector<std::string>& known) {
  std::string text = "unknown key \"" + dotted(table, key) + "\"";
  const std::string meant = nearest_name(key, known);
  if (!meant.empty()) text += "; did you mean \"" + meant + "\"?";
  return text;
}

std::string wrong_value_text(const std::string& name, std::string_view type, std::string_view range,
                             std::string_view found) {
  std::string text = name + ": wants " + std::string(type);
  if (!range.empty()) text += " (" + std::string(range) + ")";
  return text + ", found " + std::string(found);
}

}  // namespace portal
