#include "delivery/sms/template.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "delivery/json.hpp"

namespace portal {
namespace {

constexpr std::array<std::string_view, 11> kPlaceholders = {
    "number", "digits", "text",    "sender",  "id",    "user",
    "secret", "coding", "minutes", "seconds", "report"};
constexpr std::size_t kLongestEscape = 6;  // "\u001f", "&quot;"

bool is_of_a_name(char c) { return c >= 'a' && c <= 'z'; }

/// RFC 3986 section 2.1, and what the WHATWG's form encoding understands as well.
std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      encoded += c;
    } else {
      encoded += {'%', digits[byte >> 4U], digits[byte & 15U]};
    }
  }
  return encoded;
}

/// XML 1.0 knows no control character but tab and line end, not even escaped.
std::string xml_escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&': escaped += "&amp;"; break;
      case '<': escaped += "&lt;"; break;
      case '>': escaped += "&gt;"; break;
      case '"': escaped += "&quot;"; break;
      case '\'': escaped += "&apos;"; break;
      case '\n': escaped += "&#10;"; break;
      case '\t': escaped += "&#9;"; break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20) escaped += c;
    }
  }
  return escaped;
}

/// Headers have no escape: what would end the line is left out.
std::string without_controls(std::string_view text) {
  std::string kept(text);
  std::erase_if(kept, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
  return kept;
}

std::string escaped(std::string_view value, SmsTemplate::Escaping escaping) {
  switch (escaping) {
    case SmsTemplate::Escaping::none: return without_controls(value);
    case SmsTemplate::Escaping::percent: return percent_encoded(value);
    case SmsTemplate::Escaping::json: return json_escaped(value);
    case SmsTemplate::Escaping::xml: return xml_escaped(value);
  }
  return {};
}

}  // namespace

Result<SmsTemplate> SmsTemplate::parse(std::string_view text, Escaping escaping) {
  if (without_controls(text) != text) return fail(Errc::malformed, "control characters");
  std::vector<Piece> pieces(1);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text[at] == '{' ? text.find('}', at) : std::string_view::npos;
    const std::string_view name =
        end == std::string_view::npos ? "" : text.substr(at + 1, end - at - 1);
    if (name.empty() || !std::ranges::all_of(name, is_of_a_name)) {
      pieces.back().literal += text[at++];
      continue;
    }
    if (std::ranges::find(kPlaceholders, name) == kPlaceholders.end()) {
      return fail(Errc::malformed, "there is no placeholder {" + std::string(name) + "}");
    }
    pieces.back().placeholder = name;
    pieces.emplace_back();
    at = end + 1;
  }
  return SmsTemplate(std::move(pieces), escaping);
}

Secret SmsTemplate::fill(const SmsValues& values) const {
  std::size_t longest = 0;
  for (const auto& [name, value] : values) longest = std::max(longest, value.size());
  std::string text;
  // Never grown: what it grew out of would be freed as it was.
  std::size_t size = 0;
  for (const Piece& piece : pieces_) size += piece.literal.size() + longest * kLongestEscape;
  text.reserve(size);
  for (const Piece& piece : pieces_) {
    text += piece.literal;
    const auto value = values.find(piece.placeholder);
    if (value == values.end()) continue;
    std::string safe = escaped(value->second, escaping_);
    text += safe;
    wipe(safe);
  }
  Secret filled(text);
  wipe(text);
  return filled;
}

}  // namespace portal
