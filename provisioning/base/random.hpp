#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/secret.hpp"

namespace portal {

/// Must run once before anything else touches cryptography. Aborts when the CSPRNG cannot be set
/// up.
void initialise_crypto();

/// `count` uniform decimal digits from the CSPRNG, leading zeros kept (requirement S1).
Secret random_digits(std::size_t count);

/// `count` uniform characters of `alphabet` from the CSPRNG.
Secret random_text(std::size_t count, std::string_view alphabet);

/// 128 bits from the CSPRNG as 26 characters of [a-z2-7]: an opaque identifier, not a secret.
std::string random_identifier();

/// 256 bits from the CSPRNG as 43 characters of base64url: a bearer token (requirement W1).
Secret random_token();

}  // namespace portal
