#pragma once

#include <string_view>

namespace portal {

/// Kills the process (SIGKILL, as a power failure would) if the environment's PORTAL_CRASH_AT is
/// "LABEL:MOMENT". Does nothing unless built with PORTAL_FAULT_POINTS: never in what is shipped.
void fault_point(std::string_view label, std::string_view moment) noexcept;

}  // namespace portal
