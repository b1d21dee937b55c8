#pragma once

#include <string.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "snapshot/core/format.hpp"

namespace portal::snapshot {

/// A 64-bit hash for tables and against damage, fed in pieces; it withstands no attacker. Each step
/// is a bijection of what went before, so one changed piece of 8 bytes is always seen.
class Mixer {
 public:
  constexpr void add(std::uint64_t word) noexcept {
    state_ = (state_ ^ word) * 0x9E37'79B9'7F4A'7C15;
    state_ ^= state_ >> 29U;
  }
  /// The last piece alone may have a size that is no multiple of 8.
  void add(const void* bytes, std::size_t size) noexcept {
    const auto* rest = static_cast<const unsigned char*>(bytes);
    for (; size >= 8; rest += 8, size -= 8) {
      std::uint64_t word = 0;
      memcpy(&word, rest, 8);
      add(word);
    }
    if (size == 0) return;
    std::uint64_t word = size << 56U;
    memcpy(&word, rest, size);
    add(word);
  }
  constexpr std::uint64_t value() const noexcept {
    const std::uint64_t spread = state_ * 0xD6E8'FEB8'6659'FD93;
    return spread ^ (spread >> 32U);
  }

 private:
  std::uint64_t state_ = 0x5851'F42D'4C95'7F2D;
};

inline std::uint64_t hash_of(const void* bytes, std::size_t size) noexcept {
  Mixer mixer;
  mixer.add(bytes, size);
  return mixer.value();
}

constexpr std::uint64_t hash_of_id(std::uint32_t id) noexcept {
  Mixer mixer;
  mixer.add(id);
  return mixer.value();
}

/// The slot where the search for a hash begins.
constexpr std::uint32_t first_slot(std::uint64_t hash, std::uint32_t slots) noexcept {
  return static_cast<std::uint32_t>(((hash >> 32U) * slots) >> 32U);
}
constexpr std::uint32_t tag_of(std::uint64_t hash) noexcept {
  return static_cast<std::uint32_t>(hash);
}

/// The longest address that can be an alias (RFC 5321 4.5.3.1.3).
inline constexpr std::size_t kLongestAddress = 254;

/// By what an account is found under an e-mail address, without the address standing in a file that
/// everybody reads: SHA-256 (FIPS 180-4) of salt and address in lower case, its first half. No key:
/// whoever has the file can try addresses.
struct AliasDigest {
  std::uint8_t bytes[kAliasSize];
};
[[gnu::cold]] AliasDigest digest_of_alias(const std::uint8_t (&salt)[16], const char* address,
                                          std::size_t size) noexcept;

/// SHA-256 of at most 503 bytes. For the digest above; the daemon has better.
[[gnu::cold]] void sha256(std::span<const std::uint8_t> message,
                          std::uint8_t (&digest)[32]) noexcept;

}  // namespace portal::snapshot
