#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace portal {

/// The longest text that these functions take, in bytes.
inline constexpr std::size_t kLongestText = 65'536;

/// How many code points of each kind a text has. Every code point counts in `total` and in exactly
/// one of the others.
struct CharacterCounts {
  std::size_t total = 0;
  std::size_t digit = 0;
  std::size_t lower_case = 0;
  std::size_t upper_case = 0;    ///< and title case
  std::size_t other_letter = 0;  ///< scripts without case, and combining marks
  std::size_t control = 0;       ///< C0, DEL and C1
  std::size_t invisible = 0;     ///< spaces, format characters, unassigned and private code points
  std::size_t symbol = 0;        ///< punctuation and all the rest
};

/// Normalisation form C of valid UTF-8. Fails: malformed (not UTF-8, or too long).
Result<std::string> to_nfc(std::string_view utf8);
/// NFC of the full case folding: the form in which names are compared. Fails: malformed.
Result<std::string> to_folded(std::string_view utf8);
/// NFC of the lower case, in no language's special rules. Fails: malformed.
Result<std::string> to_lower_case(std::string_view utf8);
/// As above, leaving no copy behind (requirement P2). Fail: malformed.
Result<Secret> to_nfc(const Secret& utf8);
Result<Secret> to_folded(const Secret& utf8);

/// Leaves no copy behind. Fails: malformed.
Result<CharacterCounts> count_characters(std::string_view utf8);
/// Fails: malformed.
Result<std::size_t> count_code_points(std::string_view utf8);

}  // namespace portal
