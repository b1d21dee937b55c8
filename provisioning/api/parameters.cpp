#include "api/parameters.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace portal::api {

// A parameter of a query has no JSON pointer of its own: its faults stand at "?name".
QueryReader::QueryReader(const http::Request& request, Faults& faults) : faults_(faults) {
  Result<std::vector<http::FormField>> fields = http::parse_form(request.query);
  if (fields) {
    fields_ = std::move(*fields);
  } else {
    faults_.push_back({"?", "the query cannot be read"});
  }
}

std::optional<std::string> QueryReader::text(std::string_view name, std::size_t longest) {
  const auto found = std::ranges::find(fields_, name, &http::FormField::name);
  if (found == fields_.end()) return std::nullopt;
  std::string value(found->value.reveal());
  fields_.erase(found);
  if (value.size() <= longest) return value;
  faults_.push_back({"?" + std::string(name), "is too long"});
  return std::nullopt;
}

std::int64_t QueryReader::integer(std::string_view name, std::int64_t least, std::int64_t most,
                                  std::int64_t otherwise) {
  const std::optional<std::string> value = text(name, 20);
  if (!value) return otherwise;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), number);
  if (error == std::errc{} && end == value->data() + value->size() && number >= least &&
      number <= most) {
    return number;
  }
  faults_.push_back({"?" + std::string(name), "must be an integer from " + std::to_string(least) +
                                                  " to " + std::to_string(most)});
  return otherwise;
}

void QueryReader::refuse_the_rest() {
  for (const http::FormField& field : fields_) {
    faults_.push_back({"?" + field.name, "is not a known parameter"});
  }
}

std::optional<JsonDocument> body_of(const http::Request& request, Faults& faults) {
  const std::string_view type = request.header("content-type");
  if (!request.body.empty() && type.substr(0, type.find(';')) != "application/json") {
    faults.push_back({"", "must be declared as application/json"});
    return std::nullopt;
  }
  return JsonDocument::parse(request.body, faults);
}

Language language_in(JsonReader& body, Language otherwise) {
  constexpr std::size_t kLongestTyped = 64;
  const auto typed = body.optional_text("language", kLongestTyped);
  if (!typed) return otherwise;
  const auto known = parse_language(*typed);
  if (!known) body.fault("language", "must be fr, de, it or en");
  return known.value_or(otherwise);
}

void refuse_members(const http::Request& request, Faults& faults) {
  const std::optional<JsonDocument> body = body_of(request, faults);
  if (body) body->reader(faults).refuse_the_rest();
}

const std::string& path_parameter(const http::Request& request, const char* name) {
  return request.parameters.at(name);
}

}  // namespace portal::api
