#pragma once

#include <string>
#include <string_view>

namespace portal {

/// BLAKE2b-256 (RFC 7693) of `text` in lower-case hex, without a key: names a public text, such as
/// the terms of use that somebody accepted (requirement R9). For anything secret or guessable use
/// Keyring.
std::string hash_of(std::string_view text);

}  // namespace portal
