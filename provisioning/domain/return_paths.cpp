#include <algorithm>
#include <cstddef>

#include "domain/portals.hpp"

namespace portal {
namespace {

constexpr std::size_t kLongest = 1024;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// The characters of a path that mean themselves everywhere (RFC 3986, without quotes, brackets,
/// backslash and ';').
bool is_plain(char c) {
  return is_letter_or_digit(c) || std::string_view("/-._~@:,+=&").find(c) != std::string_view::npos;
}

bool is_hexadecimal(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// Plain characters, and escapes of bytes that are no control characters.
bool is_well_written(std::string_view text) {
  while (!text.empty()) {
    if (is_plain(text.front())) {
      text.remove_prefix(1);
      continue;
    }
    const bool escaped = text.size() >= 3 && text.front() == '%' && is_hexadecimal(text[1]) &&
                         is_hexadecimal(text[2]);
    const bool control = escaped && (text[1] == '0' || text[1] == '1' ||
                                     (text[1] == '7' && (text[2] == 'f' || text[2] == 'F')));
    if (!escaped || control) return false;
    text.remove_prefix(3);
  }
  return true;
}

/// Neighbours disagree on what these mean: an empty segment, one of dots, an escaped dot, slash or
/// backslash.
bool is_ambiguous(std::string_view path) {
  for (const std::string_view sign :
       {"//", "/./", "/../", "%2e", "%2E", "%2f", "%2F", "%5c", "%5C"}) {
    if (path.find(sign) != std::string_view::npos) return true;
  }
  return path.ends_with("/.") || path.ends_with("/..");
}

}  // namespace

bool Portal::may_return_to(std::string_view target) const {
  if (target.size() > kLongest) return false;
  const std::size_t question = std::min(target.find('?'), target.size());
  const std::string_view path = target.substr(0, question);
  const std::string_view query = target.substr(std::min(question + 1, target.size()));
  if (!is_well_written(path) || !is_well_written(query) || is_ambiguous(path)) return false;
  return std::ranges::any_of(return_paths,
                             [&](const std::string& below) { return path.starts_with(below); });
}

}  // namespace portal
