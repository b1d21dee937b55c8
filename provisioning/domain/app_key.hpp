#pragma once

#include <string>
#include <string_view>

#include "base/secret.hpp"

namespace portal {

/// 160 bits for an authenticator app (requirement T2, RFC 4226 section 4).
Secret new_app_seed();

/// The seed as a person types it: base32 in groups of four. A secret; for the page alone.
std::string app_key_text(const Secret& seed);

/// otpauth://totp/ISSUER:ACCOUNT?secret=…: what the QR code holds. A secret; for the page alone.
std::string app_key_uri(const Secret& seed, std::string_view issuer, std::string_view account);

}  // namespace portal
