#include "daemon/log_mask.hpp"

namespace portal {
namespace {

constexpr std::size_t kAhvDigits = 13;
constexpr std::size_t kFewestPhoneDigits = 8;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_separator(char c) { return c == '.' || c == ' ' || c == '-'; }

/// Digits at the start of a text, single separators between them allowed.
struct Number {
  std::size_t digits = 0;
  std::size_t length = 0;  ///< up to the last digit
};

Number number_at_start(std::string_view text) {
  Number number;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_digit(text[i])) {
      ++number.digits;
      number.length = i + 1;
    } else if (i == 0 || !is_separator(text[i]) || number.length != i) {
      break;
    }
  }
  return number;
}

}  // namespace

std::string masked_for_log(std::string_view text) {
  std::string masked;
  masked.reserve(text.size());
  while (!text.empty()) {
    const bool plus = text.front() == '+';
    const Number number = number_at_start(plus ? text.substr(1) : text);
    const std::size_t length = number.length + (plus ? 1 : 0);
    const bool phone = plus && number.digits >= kFewestPhoneDigits;
    const bool ahv = !plus && number.digits >= kAhvDigits && text.starts_with("756");
    if (phone || ahv) {
      masked += std::string(text.substr(0, 3)) + "…";
    } else {
      masked += text.substr(0, length == 0 ? 1 : length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return masked;
}

}  // namespace portal
