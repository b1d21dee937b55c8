// The only place of this room that sees nlohmann/json.hpp.
#include "ctl/json.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace portal::ctl {

using nlohmann::json;

Json::Json(std::shared_ptr<const json> root, const json* here)
    : root_(std::move(root)), here_(here) {}

std::optional<Json> Json::parse(std::string_view text) {
  auto root = std::make_shared<json>(json::parse(text, nullptr, /*allow_exceptions=*/false));
  if (root->is_discarded()) return std::nullopt;
  const json* here = root.get();
  return Json(std::move(root), here);
}

const json* Json::find(std::string_view name) const {
  if (here_ == nullptr || !here_->is_object()) return nullptr;
  const auto found = here_->find(name);
  return found == here_->end() || found->is_null() ? nullptr : &*found;
}

std::string Json::text(std::string_view name) const {
  const json* member = find(name);
  if (member == nullptr) return {};
  if (const auto* text = member->get_ptr<const std::string*>()) return *text;
  if (!member->is_array()) return member->dump();
  std::string joined;
  for (const json& element : *member) {
    const auto* text = element.get_ptr<const std::string*>();
    joined += (joined.empty() ? "" : ", ") + (text != nullptr ? *text : element.dump());
  }
  return joined;
}

std::uint64_t Json::number(std::string_view name) const {
  const json* member = find(name);
  return member != nullptr && member->is_number_unsigned() ? member->get<std::uint64_t>() : 0;
}

Json Json::member(std::string_view name) const { return {root_, find(name)}; }

std::vector<Json> Json::items(std::string_view name) const {
  std::vector<Json> items;
  const json* member = find(name);
  if (member == nullptr || !member->is_array()) return items;
  for (const json& element : *member) items.push_back(Json(root_, &element));
  return items;
}

std::string json_quoted(std::string_view text) {
  return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

void append_json_quoted(std::string& to, std::string_view text) {
  const bool is_plain = std::ranges::all_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte < 0x7F && c != '"' && c != '\\';
  });
  if (is_plain) {
    to.append("\"").append(text).append("\"");
  } else {
    to += json_quoted(text);
  }
}

std::string json_object(const std::vector<std::pair<std::string_view, std::string_view>>& members) {
  std::string object = "{";
  for (const auto& [name, value] : members) {
    if (object.size() > 1) object += ',';
    object += json_quoted(name) + ':' + json_quoted(value);
  }
  return object + '}';
}

}  // namespace portal::ctl
