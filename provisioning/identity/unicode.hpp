#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace portal {

/// Normalisation form C of valid UTF-8. Fails: malformed (not UTF-8).
Result<std::string> to_nfc(std::string_view utf8);
/// NFC of the full case folding: the form in which names are compared. Fails: malformed.
Result<std::string> to_folded(std::string_view utf8);
/// As to_nfc, leaving no copy behind (requirement P2). Fails: malformed.
Result<Secret> to_nfc(const Secret& utf8);
/// Fails: malformed.
Result<std::size_t> count_code_points(std::string_view utf8);

}  // namespace portal
