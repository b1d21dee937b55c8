#include "domain/app_key.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/encoding.hpp"

namespace portal {
namespace {

constexpr std::size_t kSeedBytes = 20;

std::string base32(const Secret& seed) {
  std::string text = to_base32_lower(seed.reveal_bytes());
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

/// RFC 3986: everything but the unreserved characters.
std::string percent_encoded(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string encoded;
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                       (byte >= 'a' && byte <= 'z') || byte == '-' || byte == '.' || byte == '_' ||
                       byte == '~';
    if (plain) {
      encoded += character;
    } else {
      encoded += '%';
      encoded += hex[byte >> 4U];
      encoded += hex[byte & 15U];
    }
  }
  return encoded;
}

}  // namespace

Secret new_app_seed() { return Secret::random(kSeedBytes); }

std::string app_key_text(const Secret& seed) {
  std::string plain = base32(seed);
  std::string grouped;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    if (i > 0 && i % 4 == 0) grouped += ' ';
    grouped += plain[i];
  }
  wipe(plain);
  return grouped;
}

std::string app_key_uri(const Secret& seed, std::string_view issuer, std::string_view account) {
  std::string secret = base32(seed);
  std::string uri = "otpauth://totp/" + percent_encoded(issuer) + ":" + percent_encoded(account) +
                    "?secret=" + secret + "&issuer=" + percent_encoded(issuer) +
                    "&algorithm=SHA1&digits=6&period=30";
  wipe(secret);
  return uri;
}

}  // namespace portal
