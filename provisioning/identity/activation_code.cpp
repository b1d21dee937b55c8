#include "identity/activation_code.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>

#include "base/random.hpp"
#include "identity/typed.hpp"

namespace portal {
namespace {

constexpr std::size_t kShortest = 4;
constexpr std::size_t kLongest = 64;
constexpr std::size_t kLongestTyped = 256;
constexpr std::size_t kGroup = 4;

// Of 0/O, 1/I/L, 2/Z, 5/S, 6/G and 8/B none is used: a reader cannot know which of a pair we would
// have printed. Of U/V only V. Without A and E no code spells a word. 16 × log2(20) = 69 bits
// (requirement R2 wants 60).
constexpr std::string_view kAlphabet = "CDFHJKMNPQRTVWXY3479";
constexpr std::size_t kGeneratedLength = 16;

}  // namespace

Result<ActivationCode> ActivationCode::parse(std::string_view typed) {
  if (typed.size() > kLongestTyped) return fail(Errc::malformed, "activation code: too long");
  std::string plain = plain_typography(typed);
  Secret buffer = Secret::of_size(plain.size());
  std::size_t length = 0;
  bool known = true;
  for (const char c : trimmed(plain)) {
    if (is_digit(c) || is_letter(c)) {
      buffer.writable()[length++] = static_cast<std::byte>(to_upper(c));
    } else if (c != '-' && c != ' ') {
      known = false;
    }
  }
  wipe(plain);
  if (!known || length < kShortest || length > kLongest) {
    return fail(Errc::malformed, "activation code: not 4 to 64 letters and digits");
  }
  return ActivationCode(Secret(buffer.reveal().substr(0, length)));
}

ActivationCode ActivationCode::generate() {
  return ActivationCode(random_text(kGeneratedLength, kAlphabet));
}

Secret ActivationCode::printed() const {
  const std::string_view code = canonical_.reveal();
  const std::size_t dashes = (code.size() - 1) / kGroup;
  Secret printed = Secret::of_size(code.size() + dashes);
  std::size_t at = 0;
  for (std::size_t i = 0; i < code.size(); ++i) {
    if (i > 0 && i % kGroup == 0) printed.writable()[at++] = std::byte{'-'};
    printed.writable()[at++] = static_cast<std::byte>(code[i]);
  }
  return printed;
}

double ActivationCode::strength_bits() const {
  const std::string_view code = canonical_.reveal();
  const double classes = (std::ranges::any_of(code, is_digit) ? 10.0 : 0.0) +
                         (std::ranges::any_of(code, is_letter) ? 26.0 : 0.0);
  return std::log2(classes) * static_cast<double>(code.size());
}

}  // namespace portal
