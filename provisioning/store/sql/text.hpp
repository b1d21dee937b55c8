#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace portal::sql {

/// An SQL text made at compile time, so that it has static storage and statements can share their
/// list of columns: `constexpr Text kById = kSelect + " where id = :id";`
template <std::size_t Size>
struct Text {
  std::array<char, Size> characters{};

  consteval Text() = default;
  // Implicit on purpose: it stands for the literal.
  consteval Text(const char (&literal)[Size + 1]) {
    std::copy_n(literal, Size, characters.begin());
  }
  constexpr operator std::string_view() const noexcept { return {characters.data(), Size}; }
};

template <std::size_t Size>
Text(const char (&)[Size]) -> Text<Size - 1>;

template <std::size_t Left, std::size_t Size>
consteval Text<Left + Size - 1> operator+(const Text<Left>& left, const char (&right)[Size]) {
  Text<Left + Size - 1> joined;
  auto end = std::copy_n(left.characters.begin(), Left, joined.characters.begin());
  std::copy_n(right, Size - 1, end);
  return joined;
}

}  // namespace portal::sql
