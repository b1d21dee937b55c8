#pragma once

#include <chrono>

namespace portal {

/// How long to wait after the `attempts`-th failure (1 is the first): 1 s, 2 s, 4 s … 5 min, each
/// with up to a fifth less, by chance, so that what failed together does not come back together.
std::chrono::milliseconds retry_pause(int attempts);

}  // namespace portal
