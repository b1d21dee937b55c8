#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace portal::ctl {

/// A JSON value that the daemon sent, read leniently: what is not there is empty.
class Json {
 public:
  /// Nothing if `text` is not JSON.
  static std::optional<Json> parse(std::string_view text);

  /// A member as text; numbers and booleans in their JSON form, the elements of an array one after
  /// the other, null and missing as empty.
  std::string text(std::string_view name) const;
  /// A member that is a number; 0 if it is none.
  std::uint64_t number(std::string_view name) const;
  /// A member object; an empty one if there is none.
  Json member(std::string_view name) const;
  /// The elements of a member array.
  std::vector<Json> items(std::string_view name) const;

 private:
  Json(std::shared_ptr<const nlohmann::json> root, const nlohmann::json* here);
  const nlohmann::json* find(std::string_view name) const;

  std::shared_ptr<const nlohmann::json> root_;
  const nlohmann::json* here_;
};

/// `text` as a JSON string. It must be UTF-8.
std::string json_quoted(std::string_view text);
/// The same at the end of `to`.
void append_json_quoted(std::string& to, std::string_view text);

/// `{"name": "value", …}` of texts.
std::string json_object(const std::vector<std::pair<std::string_view, std::string_view>>& members);

}  // namespace portal::ctl
