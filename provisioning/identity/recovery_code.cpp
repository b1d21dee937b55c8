#include "identity/recovery_code.hpp"

#include <cstddef>
#include <string>

#include "base/random.hpp"
#include "identity/typed.hpp"
#include "identity/unambiguous.hpp"

namespace portal {
namespace {

constexpr std::size_t kLength = 16;
constexpr std::size_t kLongestTyped = 256;

}  // namespace

RecoveryCode RecoveryCode::generate() { return RecoveryCode(random_text(kLength, kUnambiguous)); }

Result<RecoveryCode> RecoveryCode::parse(std::string_view typed) {
  if (typed.size() > kLongestTyped) return fail(Errc::malformed, "recovery code: too long");
  std::string plain = plain_typography(typed);
  Secret code = Secret::of_size(kLength);
  std::size_t length = 0;
  bool known = true;
  for (const char c : trimmed(plain)) {
    if (c == '-' || c == ' ') continue;
    known = known && length < kLength && kUnambiguous.find(to_upper(c)) != std::string_view::npos;
    if (!known) break;
    code.writable()[length++] = static_cast<std::byte>(to_upper(c));
  }
  wipe(plain);
  if (!known || length != kLength) {
    return fail(Errc::malformed, "recovery code: not 16 characters of its alphabet");
  }
  return RecoveryCode(std::move(code));
}

Secret RecoveryCode::printed() const { return in_groups(canonical_); }

}  // namespace portal
