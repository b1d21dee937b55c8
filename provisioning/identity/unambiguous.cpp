#include "identity/unambiguous.hpp"

namespace portal {
namespace {

constexpr std::size_t kGroup = 4;

}  // namespace

Secret in_groups(const Secret& code) {
  const std::string_view characters = code.reveal();
  if (characters.empty()) return {};
  Secret printed = Secret::of_size(characters.size() + (characters.size() - 1) / kGroup);
  std::size_t at = 0;
  for (std::size_t i = 0; i < characters.size(); ++i) {
    if (i > 0 && i % kGroup == 0) printed.writable()[at++] = std::byte{'-'};
    printed.writable()[at++] = static_cast<std::byte>(characters[i]);
  }
  return printed;
}

}  // namespace portal
