#include "http/message.hpp"

#include "http/text.hpp"

namespace portal::http {

std::string_view Request::header(std::string_view lower_case_name) const {
  const std::string* found = nullptr;
  for (const auto& [name, value] : headers) {
    if (name != lower_case_name) continue;
    if (found != nullptr) return {};
    found = &value;
  }
  return found == nullptr ? std::string_view{} : std::string_view(*found);
}

// Two cookies of one name mean that somebody else could set one (a sibling host, a plain-HTTP
// page): neither is believed.
std::optional<std::string_view> Request::cookie(std::string_view name) const {
  std::optional<std::string_view> found;
  for (const auto& [header_name, header_value] : headers) {
    if (header_name != "cookie") continue;
    std::string_view rest = header_value;
    for (bool more = true; more;) {
      const std::string_view pair = trimmed(next_part(rest, ';', more));
      const std::size_t equals = pair.find('=');
      if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
      if (found) return std::nullopt;
      found = pair.substr(equals + 1);
    }
  }
  return found;
}

void Response::add_header(std::string name, std::string value) {
  if (is_sendable_header(name, value)) headers.emplace_back(std::move(name), std::move(value));
}

bool is_sendable_header(std::string_view name, std::string_view value) noexcept {
  constexpr std::string_view breaks_out("\r\n\0", 3);
  return is_token(name) && value.find_first_of(breaks_out) == std::string_view::npos;
}

}  // namespace portal::http
