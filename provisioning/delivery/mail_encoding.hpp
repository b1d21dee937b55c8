#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/secret.hpp"

namespace portal {

/// `text` (UTF-8) as encoded words of at most `width` characters, one a line, each after the first
/// on a folded line (RFC 2047, encoding Q). Characters are never split. `width` is 30 to 75.
std::string encoded_words(std::string_view text, std::size_t width);

/// `text` (UTF-8, '\n' at line ends) as quoted-printable lines of at most 76 characters with CRLF
/// (RFC 2045 section 6.7). Leaves no copy behind: a body may hold a code.
Secret quoted_printable(const Secret& text);

/// "Mon, 23 Nov 2026 18:50:21 +0000" (RFC 5322 section 3.3).
std::string mail_date(UtcTime time);

/// "2026-11-23T18:50:21.123Z" (RFC 3339).
std::string iso_time(UtcTime time);

}  // namespace portal
