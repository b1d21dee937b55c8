#include "base/random.hpp"

#include <sodium.h>

#include <array>
#include <cstdint>
#include <cstdlib>

#include "base/encoding.hpp"

namespace portal {

void initialise_crypto() {
  if (sodium_init() < 0) std::abort();
}

Secret random_digits(std::size_t count) { return random_text(count, "0123456789"); }

Secret random_text(std::size_t count, std::string_view alphabet) {
  Secret text = Secret::of_size(count);
  for (std::byte& character : text.writable()) {
    const auto index = randombytes_uniform(static_cast<std::uint32_t>(alphabet.size()));
    character = static_cast<std::byte>(alphabet[index]);
  }
  return text;
}

std::string random_identifier() {
  std::array<std::byte, 16> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  return to_base32_lower(bytes);
}

Secret random_token() {
  const Secret bytes = Secret::random(32);
  std::string text = to_base64url(bytes.reveal_bytes());
  Secret token(text);
  wipe(text);
  return token;
}

}  // namespace portal
