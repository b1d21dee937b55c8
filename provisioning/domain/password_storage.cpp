#include "domain/password_storage.hpp"

namespace portal {
namespace {

constexpr int kLeastMemoryKib = 19 * 1024;
constexpr int kLeastPasses = 2;

}  // namespace

std::string weakness_of(const PasswordStorage& storage) {
  const bool strong = storage.scheme == "argon2id" && storage.memory_kib >= kLeastMemoryKib &&
                      storage.passes >= kLeastPasses;
  if (strong) return {};
  std::string found = storage.scheme;
  if (storage.passes > 0)
    found += " with " + std::to_string(storage.memory_kib) + " KiB and " +
             std::to_string(storage.passes) + " passes";
  return "the directory stores passwords as " + found + ", which is weaker than argon2id with " +
         std::to_string(kLeastMemoryKib) + " KiB and " + std::to_string(kLeastPasses) +
         " passes: see password-hash in slapd.conf";
}

}  // namespace portal
