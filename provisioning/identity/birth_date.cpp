#include "identity/birth_date.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "identity/typed.hpp"

namespace portal {
namespace {

constexpr std::size_t kLongestTyped = 32;

/// Takes a number of `least` to `most` digits from the front of `text`.
std::optional<int> take_number(std::string_view& text, std::size_t least, std::size_t most) {
  int number = 0;
  std::size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits])) {
    if (digits == most) return std::nullopt;
    number = number * 10 + (text[digits++] - '0');
  }
  if (digits < least) return std::nullopt;
  text.remove_prefix(digits);
  return number;
}

/// Takes spaces with at most one '.', '/' or '-' among them; false if there is none of all that.
bool take_separator(std::string_view& text) {
  const std::size_t before = text.size();
  bool seen = false;
  while (!text.empty() && !is_digit(text.front())) {
    const char c = text.front();
    if (c != ' ' && c != '.' && c != '/' && c != '-') return false;
    if (c != ' ' && seen) return false;
    seen = seen || c != ' ';
    text.remove_prefix(1);
  }
  return text.size() < before;
}

std::optional<std::chrono::year_month_day> real_day(int year, int month, int day) {
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || year < 1900 || year > 2099) return std::nullopt;
  return date;
}

/// `number` in decimal, with leading zeros up to `width` digits.
std::string padded(int number, std::size_t width) {
  const std::string digits = std::to_string(number);
  return std::string(width - std::min(width, digits.size()), '0') + digits;
}

std::string padded(std::chrono::day day) {
  return padded(static_cast<int>(static_cast<unsigned>(day)), 2);
}
std::string padded(std::chrono::month month) {
  return padded(static_cast<int>(static_cast<unsigned>(month)), 2);
}
std::string padded(std::chrono::year year) { return padded(static_cast<int>(year), 4); }

}  // namespace

Result<BirthDate> BirthDate::parse(std::string_view typed) {
  if (typed.size() > kLongestTyped) return fail(Errc::malformed, "date: too long");
  const std::string plain = plain_typography(typed);
  std::string_view rest = trimmed(plain);
  const std::optional<int> day = take_number(rest, 1, 2);
  if (!day || !take_separator(rest)) return fail(Errc::malformed, "date: not DD.MM.YYYY");
  const std::optional<int> month = take_number(rest, 1, 2);
  if (!month || !take_separator(rest)) return fail(Errc::malformed, "date: not DD.MM.YYYY");
  const std::optional<int> year = take_number(rest, 4, 4);
  if (!year || !rest.empty()) return fail(Errc::malformed, "date: not DD.MM.YYYY");
  const auto date = real_day(*year, *month, *day);
  if (!date) return fail(Errc::malformed, "date: not a day of 1900 to 2099");
  return BirthDate(*date);
}

Result<BirthDate> BirthDate::parse_iso(std::string_view text) {
  constexpr std::string_view shape = "0000-00-00";
  bool fits = text.size() == shape.size();
  for (std::size_t i = 0; fits && i < shape.size(); ++i) {
    fits = shape[i] == '-' ? text[i] == '-' : is_digit(text[i]);
  }
  if (!fits) return fail(Errc::malformed, "date: not YYYY-MM-DD");
  const auto number = [&](std::size_t from, std::size_t size) {
    std::string_view digits = text.substr(from, size);
    return take_number(digits, size, size).value_or(0);
  };
  const auto date = real_day(number(0, 4), number(5, 2), number(8, 2));
  if (!date) return fail(Errc::malformed, "date: not a day of 1900 to 2099");
  return BirthDate(*date);
}

std::string BirthDate::iso() const {
  return padded(day_.year()) + '-' + padded(day_.month()) + '-' + padded(day_.day());
}

std::string BirthDate::formatted() const {
  return padded(day_.day()) + '.' + padded(day_.month()) + '.' + padded(day_.year());
}

}  // namespace portal
