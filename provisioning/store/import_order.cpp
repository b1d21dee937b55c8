#include "store/import_order.hpp"

#include <array>
#include <cstddef>

#include "base/encoding.hpp"
#include "base/random.hpp"

namespace portal {
namespace {

constexpr int kKeyBits = 60;  // ten characters of six bits
constexpr int kPlaceBits = 8;
constexpr int kTimeStepBits = 20;  // milliseconds
constexpr std::size_t kTimeBytes = 4;

/// In the order in which databases compare the characters of base64url.
std::uint64_t rank_of(char character) {
  constexpr std::string_view kRanked =
      "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
  const std::size_t rank = kRanked.find(character);
  return rank == std::string_view::npos ? 0 : rank;
}

}  // namespace

std::int64_t person_key(std::string_view ahv_index) {
  constexpr std::size_t kCharacters = kKeyBits / 6;
  std::uint64_t key = 0;
  for (const char character : ahv_index.substr(0, kCharacters))
    key = key << 6U | rank_of(character);
  return static_cast<std::int64_t>(key);
}

std::string placed_identifier(UtcTime now, std::int64_t person_key) {
  const auto step = static_cast<std::uint64_t>(to_millis(now)) >> kTimeStepBits;
  std::array<std::byte, kTimeBytes + 1> place{};
  for (std::size_t i = 0; i < kTimeBytes; ++i) {
    place[i] = static_cast<std::byte>(step >> (8 * (kTimeBytes - 1 - i)));
  }
  place[kTimeBytes] = static_cast<std::byte>(person_key >> (kKeyBits - kPlaceBits));
  std::string identifier = random_identifier();
  const std::string prefix = to_base32_lower(place);  // five bytes are eight characters
  return identifier.replace(0, prefix.size(), prefix);
}

}  // namespace portal
