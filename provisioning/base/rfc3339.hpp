#pragma once

#include <string>

#include "base/clock.hpp"

namespace portal {

/// RFC 3339 in UTC with milliseconds: "2025-03-01T08:30:00.000Z".
std::string to_rfc3339(UtcTime time);

}  // namespace portal
