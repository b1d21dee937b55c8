// The only place of this room that sees nlohmann's header.
#include "delivery/json.hpp"

#include <nlohmann/json.hpp>

namespace portal {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr auto kReplace = json::error_handler_t::replace;

}  // namespace

std::string json_escaped(std::string_view text) {
  const std::string quoted = json(text).dump(-1, ' ', false, kReplace);
  return quoted.substr(1, quoted.size() - 2);
}

Secret json_object(std::initializer_list<std::pair<std::string_view, std::string_view>> members) {
  ordered_json object;
  for (const auto& [name, value] : members) object[std::string(name)] = value;
  std::string text = object.dump(2, ' ', false, kReplace) + "\n";
  for (auto& value : object) wipe(value.get_ref<std::string&>());
  Secret secret(text);
  wipe(text);
  return secret;
}

bool is_json_pointer(const std::string& text) {
  try {
    (void)json::json_pointer(text);
    return true;
  } catch (const json::exception&) {
    return false;
  }
}

Result<std::optional<std::string>> json_text_at(std::string_view document,
                                                const std::string& pointer) {
  const json parsed = json::parse(document, nullptr, false);
  if (parsed.is_discarded()) return fail(Errc::malformed, "the answer is no JSON");
  // An index of an array that is no number makes the library throw.
  try {
    const json::json_pointer place(pointer);
    if (!parsed.contains(place)) return std::optional<std::string>();
    const json& found = parsed.at(place);
    // What is nested is no word of a gateway's, and the library would print it by recursion.
    if (found.is_null() || !found.is_primitive()) return std::optional<std::string>();
    if (found.is_string()) return found.get<std::string>();
    return found.dump(-1, ' ', false, kReplace);
  } catch (const json::exception&) {
    return std::optional<std::string>();
  }
}

}  // namespace portal
