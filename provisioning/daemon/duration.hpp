#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace portal {

/// A length of time as the configuration writes it: "400ms", "30s", "15min", "24h", "400d"; one
/// number without sign or fraction and one unit, at most 10,000 days. Nothing for anything else.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// The shortest such text: 900,000 ms is "15min".
std::string duration_text(std::chrono::milliseconds duration);

}  // namespace portal
