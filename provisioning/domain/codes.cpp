#include "domain/codes.hpp"

#include <utility>

namespace portal {
namespace {

bool is_digit(std::byte character) {
  return character >= std::byte{'0'} && character <= std::byte{'9'};
}

bool is_filler(std::byte character) {
  return character == std::byte{' '} || character == std::byte{'-'};
}

}  // namespace

Secret typed_code(const Secret& typed, std::size_t digits) {
  Secret code = Secret::of_size(digits);
  std::size_t count = 0;
  for (const std::byte character : typed.reveal_bytes()) {
    if (is_filler(character)) continue;
    if (!is_digit(character) || count == digits) return {};
    code.writable()[count++] = character;
  }
  return count == digits ? std::move(code) : Secret();
}

Secret unanswerable_code() { return Secret::random(32); }

}  // namespace portal
