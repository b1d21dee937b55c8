#include "http/target.hpp"

#include <algorithm>
#include <span>

#include "http/text.hpp"

namespace portal::http {
namespace {

constexpr std::size_t max_host_bytes = 255;

bool has_dot_segment(std::string_view path) {
  for (bool more = true; more;) {
    const std::string_view segment = next_part(path, '/', more);
    if (segment == "." || segment == "..") return true;
  }
  return false;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

Result<std::string> decode_path(std::string_view raw) {
  const auto size = decoded_size(raw);
  if (!size) return fail(Errc::malformed, "a bad escape or byte in the path");
  const std::string lower = to_lower(raw);
  if (lower.find("%2f") != std::string::npos)
    return fail(Errc::malformed, "an encoded slash in the path");
  std::string path(*size, '\0');
  decode_into(raw, Plus::itself, std::as_writable_bytes(std::span(path)));
  if (std::any_of(path.begin(), path.end(), is_control) || !is_utf8(path))
    return fail(Errc::malformed, "the path is not text");
  if (path.find('\\') != std::string::npos) return fail(Errc::malformed, "a backslash in the path");
  if (has_dot_segment(path)) return fail(Errc::malformed, "a dot segment in the path");
  return path;
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

bool is_ipv6_character(char c) {
  return (c >= 'a' && c <= 'f') || (c >= '0' && c <= '9') || c == ':' || c == '.';
}

bool is_port(std::string_view text) {
  return text.size() <= 5 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

Result<Target> parse_target(std::string_view target) {
  if (target.empty() || target.front() != '/')
    return fail(Errc::malformed, "the target is not in origin-form");
  const bool printable =
      std::all_of(target.begin(), target.end(), [](char c) { return c > 0x20 && c < 0x7F; });
  if (!printable || target.find('#') != std::string_view::npos)
    return fail(Errc::malformed, "a byte in the target that no URL has");
  const std::size_t mark = target.find('?');
  Result<std::string> path = decode_path(target.substr(0, mark));
  if (!path) return fail(std::move(path).error());
  std::string query(mark == std::string_view::npos ? "" : target.substr(mark + 1));
  return Target{std::move(*path), std::move(query)};
}

Result<std::string> parse_host(std::string_view value) {
  if (value.size() > max_host_bytes) return fail(Errc::malformed, "the host is too long");
  const std::string text = to_lower(value);
  const bool literal = !text.empty() && text.front() == '[';
  std::size_t end = literal ? text.find(']') : text.find(':');
  if (literal && end == std::string::npos) return fail(Errc::malformed, "a bad host");
  if (literal) ++end;
  const std::string host = text.substr(0, end);
  const std::string_view name =
      literal ? std::string_view(host).substr(1, host.size() - 2) : std::string_view(host);
  const bool sane = !name.empty() && std::all_of(name.begin(), name.end(),
                                                 literal ? is_ipv6_character : is_host_character);
  if (!sane) return fail(Errc::malformed, "a bad host");
  if (host.size() < text.size() &&
      (text[host.size()] != ':' || !is_port(text.substr(host.size() + 1))))
    return fail(Errc::malformed, "a bad port");
  return host;
}

}  // namespace portal::http
