#pragma once

#include <cstddef>

#include "base/secret.hpp"

namespace portal {

inline constexpr std::size_t kMailCodeDigits = 8;    ///< requirement R10
inline constexpr std::size_t kFactorCodeDigits = 6;  ///< requirements R11, S1; RFC 4226

/// A typed code as it was meant: spaces and dashes removed. Empty unless exactly `digits` ASCII
/// digits remain, so that a password typed at the wrong prompt is no code at all.
Secret typed_code(const Secret& typed, std::size_t digits);

/// A code that nobody can type: what a registration waits for when its address is in use (R14).
Secret unanswerable_code();

}  // namespace portal
