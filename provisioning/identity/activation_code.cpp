#include "identity/activation_code.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>

#include "base/random.hpp"
#include "identity/typed.hpp"
#include "identity/unambiguous.hpp"

namespace portal {
namespace {

constexpr std::size_t kShortest = 4;
constexpr std::size_t kLongest = 64;
constexpr std::size_t kLongestTyped = 256;

// 69 bits (requirement R2 wants 60).
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
  return ActivationCode(random_text(kGeneratedLength, kUnambiguous));
}

Secret ActivationCode::printed() const { return in_groups(canonical_); }

double ActivationCode::strength_bits() const {
  const std::string_view code = canonical_.reveal();
  const double classes = (std::ranges::any_of(code, is_digit) ? 10.0 : 0.0) +
                         (std::ranges::any_of(code, is_letter) ? 26.0 : 0.0);
  return std::log2(classes) * static_cast<double>(code.size());
}

}  // namespace portal
