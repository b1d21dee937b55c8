#include "identity/user_name.hpp"

#include <cstddef>
#include <utility>

#include "identity/typed.hpp"
#include "identity/unicode.hpp"

namespace portal {
namespace {

constexpr std::size_t kLongest = 254;

}  // namespace

Result<UserName> UserName::parse(std::string_view typed) {
  const std::string_view outer = trimmed(typed);
  if (outer.empty() || outer.size() > kLongest) {
    return fail(Errc::malformed, "user name: empty or too long");
  }
  const Result<CharacterCounts> counts = count_characters(outer);
  if (!counts) return fail(counts.error());
  if (counts->control > 0) return fail(Errc::malformed, "user name: a control character");
  Result<std::string> key = to_folded(outer);
  if (!key) return fail(std::move(key).error());
  return UserName(std::move(*key));
}

}  // namespace portal
