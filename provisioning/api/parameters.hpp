#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/json.hpp"
#include "http/message.hpp"
#include "identity/language.hpp"

namespace portal::api {

/// The query of a request, read strictly: each parameter at most once, none that nobody asks for.
class QueryReader {
 public:
  QueryReader(const http::Request& request, Faults& faults);

  /// Nothing if it is not there.
  std::optional<std::string> text(std::string_view name, std::size_t longest);
  /// `otherwise` if it is not there; a fault if it is no integer from `least` to `most`.
  std::int64_t integer(std::string_view name, std::int64_t least, std::int64_t most,
                       std::int64_t otherwise);
  void refuse_the_rest();

 private:
  std::vector<http::FormField> fields_;
  Faults& faults_;
};

/// The body of a request as JSON. Nothing and a fault if it is not JSON, or if a body that is there
/// is not declared as application/json.
std::optional<JsonDocument> body_of(const http::Request& request, Faults& faults);
/// The member "language" of a body, `otherwise` if it is not there; a fault if it is none of ours.
Language language_in(JsonReader& body, Language otherwise);
/// A fault unless the body is empty or an empty object.
void refuse_members(const http::Request& request, Faults& faults);

/// What `{name}` of the route matched.
const std::string& path_parameter(const http::Request& request, const char* name);

}  // namespace portal::api
