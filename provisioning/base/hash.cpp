#include "base/hash.hpp"

#include <sodium.h>

#include <array>

#include "base/encoding.hpp"

namespace portal {

std::string hash_of(std::string_view text) {
  std::array<std::byte, 32> hash{};
  crypto_generichash(reinterpret_cast<unsigned char*>(hash.data()), hash.size(),
                     reinterpret_cast<const unsigned char*>(text.data()), text.size(), nullptr, 0);
  return to_hex(hash);
}

}  // namespace portal
