#include "web/cookies.hpp"

#include <algorithm>
#include <string>

namespace portal::web {
namespace {

/// base/random.hpp: 256 bits as base64url.
constexpr std::size_t kTokenLength = 43;
constexpr std::size_t kLongestSealed = 1024;

bool is_base64url(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

void add(http::Response& response, const Cookie& cookie, std::string_view value,
         std::string_view lifetime) {
  std::string line(cookie.name);
  line.append("=").append(value).append("; Path=/; Secure; HttpOnly; SameSite=");
  line.append(cookie.strict ? "Strict" : "Lax").append(lifetime);
  response.add_header("Set-Cookie", std::move(line));
}

}  // namespace

std::optional<Secret> token_of(const http::Request& request, const Cookie& cookie) {
  const auto value = request.cookie(cookie.name);
  if (!value || value->size() != kTokenLength || !std::ranges::all_of(*value, is_base64url)) {
    return std::nullopt;
  }
  return Secret(*value);
}

std::optional<Secret> sealed_of(const http::Request& request, const Cookie& cookie) {
  const auto value = request.cookie(cookie.name);
  const bool is_ours =
      value && value->size() <= kLongestSealed &&
      std::ranges::all_of(*value, [](char c) { return is_base64url(c) || c == '.'; });
  if (!is_ours) return std::nullopt;
  return Secret(*value);
}

void set_cookie(http::Response& response, const Cookie& cookie, std::string_view value) {
  add(response, cookie, value,
      cookie.lifetime.count() == 0 ? "" : "; Max-Age=" + std::to_string(cookie.lifetime.count()));
}

void clear_cookie(http::Response& response, const Cookie& cookie) {
  add(response, cookie, "", "; Max-Age=0");
}

}  // namespace portal::web
