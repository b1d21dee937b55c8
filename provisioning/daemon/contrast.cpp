#include "daemon/contrast.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace portal {
namespace {

/// The share of one channel in the luminance, from two hexadecimal digits.
double linear(std::string_view digits) {
  int value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  const double share = value / 255.0;
  return share <= 0.04045 ? share / 12.92 : std::pow((share + 0.055) / 1.055, 2.4);
}

double luminance(std::string_view colour) {
  return 0.2126 * linear(colour.substr(1, 2)) + 0.7152 * linear(colour.substr(3, 2)) +
         0.0722 * linear(colour.substr(5, 2));
}

}  // namespace

bool is_colour(std::string_view text) {
  return text.size() == 7 && text.front() == '#' && std::ranges::all_of(text.substr(1), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
         });
}

double contrast(std::string_view one, std::string_view other) {
  const double first = luminance(one);
  const double second = luminance(other);
  return (std::max(first, second) + 0.05) / (std::min(first, second) + 0.05);
}

}  // namespace portal
