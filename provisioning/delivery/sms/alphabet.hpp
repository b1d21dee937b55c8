#pragma once

#include <string_view>

namespace portal {

/// Whether a text (UTF-8) can go out in the GSM 7-bit default alphabet with its extension table
/// (3GPP TS 23.038 section 6.2.1): "ä" and "é" can, "ê" and "ç" cannot and need UCS-2.
bool fits_gsm7(std::string_view text) noexcept;

}  // namespace portal
