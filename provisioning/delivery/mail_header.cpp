#include "delivery/mail_header.hpp"

#include <algorithm>
#include <cstddef>

#include "delivery/mail_encoding.hpp"
#include "identity/unicode.hpp"

namespace portal {
namespace {

// RFC 2047 section 2: a line with an encoded word has at most 76 characters; we hold all to it.
constexpr std::size_t kLongestLine = 76;
constexpr std::size_t kLongestValue = 998;

Result<void> prove_harmless(std::string_view value) {
  if (value.size() > kLongestValue) return fail(Errc::malformed, "header value: too long");
  const Result<CharacterCounts> counts = count_characters(value);
  if (!counts || counts->control > 0) {
    return fail(Errc::malformed, "header value: a control character, or not UTF-8");
  }
  return {};
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// RFC 5322 section 3.2.4.
std::string quoted_string(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace

Result<std::string> mail_header(std::string_view name, std::string_view value) {
  if (Result<void> harmless = prove_harmless(value); !harmless) {
    return fail(std::move(harmless).error());
  }
  std::string line = std::string(name) + ": ";
  const bool fits = line.size() + value.size() <= kLongestLine && is_ascii(value) &&
                    value.find("=?") == std::string_view::npos;
  line += fits ? std::string(value) : encoded_words(value, kLongestLine - line.size());
  return line + "\r\n";
}

Result<std::string> address_header(std::string_view name, std::string_view display_name,
                                   const EmailAddress& address) {
  if (Result<void> harmless = prove_harmless(display_name); !harmless) {
    return fail(std::move(harmless).error());
  }
  std::string line = std::string(name) + ": ";
  if (display_name.empty()) return line + address.text() + "\r\n";
  const bool plain = is_ascii(display_name) && display_name.find("=?") == std::string_view::npos;
  line +=
      plain ? quoted_string(display_name) : encoded_words(display_name, kLongestLine - line.size());
  // On a line of its own the longest address (254) stays far from the limit of 998.
  return line + "\r\n <" + address.text() + ">\r\n";
}

}  // namespace portal
