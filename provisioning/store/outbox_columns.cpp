#include "store/outbox_columns.hpp"

#include <algorithm>

#include "store/sealed_texts.hpp"

namespace portal {

std::string content_place(const MessageId& id) { return place_of("outbox", id.text(), "content"); }
std::string trouble_place(const MessageId& id) { return place_of("outbox", id.text(), "trouble"); }

std::string column_of(const std::vector<std::string>& gateways) {
  std::string text;
  for (const std::string& name : gateways) text += (text.empty() ? "" : ",") + name;
  return text;
}

std::vector<std::string> gateways_of(std::string_view column) {
  std::vector<std::string> names;
  while (!column.empty()) {
    const std::size_t comma = std::min(column.find(','), column.size());
    names.emplace_back(column.substr(0, comma));
    column.remove_prefix(std::min(comma + 1, column.size()));
  }
  return names;
}

}  // namespace portal
