#include "web/fields.hpp"

namespace portal::web {
namespace {

void append_id(std::string& ids, const std::string& id) {
  if (!ids.empty()) ids += ' ';
  ids += id;
}

}  // namespace

Value field(const Words& words, const Field& field, const Problems& problems) {
  const std::string name(field.name);
  const std::string error = problems.about(name);
  std::string described_by;
  if (!error.empty()) append_id(described_by, name + "-error");
  if (!field.hint.empty()) append_id(described_by, name + "-hint");
  return once({{"name", name},
               {"label", words(field.label)},
               {"hint", optional_text(field.hint.empty() ? "" : words(field.hint))},
               {"error", optional_text(error)},
               {"described_by", optional_text(described_by)},
               {"type", field.type},
               {"autocomplete", field.autocomplete},
               {"inputmode", field.inputmode},
               {"longest", std::to_string(field.longest)},
               {"value", field.value}});
}

Value group(std::string_view name, const Problems& problems) {
  return once({{"name", name}, {"error", optional_text(problems.about(name))}});
}

}  // namespace portal::web
