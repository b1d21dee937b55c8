#include "snapshot/core/hash.hpp"

namespace portal::snapshot {

namespace {

constexpr std::size_t kBlock = 64;
constexpr std::size_t kLongestMessage = 8 * kBlock - 9;

constexpr std::uint32_t kRound[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

constexpr std::uint32_t rotated(std::uint32_t value, unsigned by) {
  return (value >> by) | (value << (32U - by));
}

std::uint32_t big_endian(const std::uint8_t* bytes) {
  return (std::uint32_t{bytes[0]} << 24U) | (std::uint32_t{bytes[1]} << 16U) |
         (std::uint32_t{bytes[2]} << 8U) | bytes[3];
}

void compress(std::uint32_t (&state)[8], const std::uint8_t* block) {
  std::uint32_t words[64];
  for (std::size_t i = 0; i < 16; ++i) words[i] = big_endian(block + 4 * i);
  for (std::size_t i = 16; i < 64; ++i) {
    const std::uint32_t a = words[i - 15];
    const std::uint32_t b = words[i - 2];
    words[i] = words[i - 16] + (rotated(a, 7) ^ rotated(a, 18) ^ (a >> 3U)) + words[i - 7] +
               (rotated(b, 17) ^ rotated(b, 19) ^ (b >> 10U));
  }
  std::uint32_t v[8];
  memcpy(v, state, sizeof v);
  for (std::size_t i = 0; i < 64; ++i) {
    const std::uint32_t one = v[7] + (rotated(v[4], 6) ^ rotated(v[4], 11) ^ rotated(v[4], 25)) +
                              ((v[4] & v[5]) ^ (~v[4] & v[6])) + kRound[i] + words[i];
    const std::uint32_t two = (rotated(v[0], 2) ^ rotated(v[0], 13) ^ rotated(v[0], 22)) +
                              ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
    memmove(v + 1, v, 7 * sizeof v[0]);
    v[4] += one;
    v[0] = one + two;
  }
  for (std::size_t i = 0; i < 8; ++i) state[i] += v[i];
}

constexpr std::uint8_t lower(char c) {
  return static_cast<std::uint8_t>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

}  // namespace

void sha256(std::span<const std::uint8_t> message, std::uint8_t (&digest)[32]) noexcept {
  std::uint32_t state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                            0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::uint8_t padded[8 * kBlock] = {};
  const std::size_t size = message.size() < kLongestMessage ? message.size() : kLongestMessage;
  if (size > 0) memcpy(padded, message.data(), size);
  padded[size] = 0x80;
  const std::size_t whole = (size + 9 + kBlock - 1) / kBlock * kBlock;
  padded[whole - 2] = static_cast<std::uint8_t>(size * 8 >> 8U);
  padded[whole - 1] = static_cast<std::uint8_t>(size * 8);
  for (std::size_t at = 0; at < whole; at += kBlock) compress(state, padded + at);
  for (std::size_t i = 0; i < 32; ++i) {
    digest[i] = static_cast<std::uint8_t>(state[i / 4] >> (24U - 8U * (i % 4)));
  }
}

AliasDigest digest_of_alias(const std::uint8_t (&salt)[16], const char* address,
                            std::size_t size) noexcept {
  std::uint8_t message[sizeof salt + kLongestAddress];
  memcpy(message, salt, sizeof salt);
  size = size < kLongestAddress ? size : kLongestAddress;
  for (std::size_t i = 0; i < size; ++i) message[sizeof salt + i] = lower(address[i]);
  std::uint8_t digest[32];
  sha256({message, sizeof salt + size}, digest);
  AliasDigest first_half{};
  memcpy(first_half.bytes, digest, kAliasSize);
  return first_half;
}

}  // namespace portal::snapshot
