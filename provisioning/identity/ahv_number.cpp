#include "identity/ahv_number.hpp"

#include <cstddef>
#include <utility>

#include "identity/typed.hpp"

namespace portal {
namespace {

constexpr std::size_t kDigits = 13;
constexpr std::size_t kLongestTyped = 64;

/// EAN-13: the digits weighted 1, 3, 1, 3, … add up to a multiple of ten, check digit included.
bool check_digit_fits(const std::string& digits) {
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    sum += (digits[i] - '0') * (i % 2 == 0 ? 1 : 3);
  }
  return sum % 10 == 0;
}

}  // namespace

Result<AhvNumber> AhvNumber::parse(std::string_view typed) {
  if (typed.size() > kLongestTyped) return fail(Errc::malformed, "AHV number: too long");
  const std::string plain = plain_typography(typed);
  std::string digits;
  for (const char c : trimmed(plain)) {
    if (is_digit(c)) {
      digits += c;
    } else if (c != '.' && c != ' ' && c != '-') {
      return fail(Errc::malformed, "AHV number: a character that is no digit");
    }
  }
  if (digits.size() != kDigits) return fail(Errc::malformed, "AHV number: not 13 digits");
  if (!digits.starts_with("756")) return fail(Errc::malformed, "AHV number: prefix is not 756");
  if (!check_digit_fits(digits)) return fail(Errc::malformed, "AHV number: wrong check digit");
  return AhvNumber(std::move(digits));
}

std::string AhvNumber::formatted() const {
  return digits_.substr(0, 3) + '.' + digits_.substr(3, 4) + '.' + digits_.substr(7, 4) + '.' +
         digits_.substr(11, 2);
}

}  // namespace portal
