#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace portal {

// Rows of an import are settled in the order of their people's indexes, which is no order of the
// file: so what they add to every index of people and letters lies side by side, and a batch
// changes few pages. In the order of the file each row would change pages of its own.

/// The column import_rows.person_key: in the order of `ahv_index`, never negative.
std::int64_t person_key(std::string_view ahv_index);

/// A random identifier that begins with the time (a step is 17 minutes) and 8 bits of the person's
/// key. That is few enough not to tell who was erased, and enough for ids of rows that are settled
/// together to lie together.
std::string placed_identifier(UtcTime now, std::int64_t person_key);

}  // namespace portal
