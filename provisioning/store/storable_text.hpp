#pragma once

#include <string>
#include <string_view>

namespace portal {

/// The same text if it is UTF-8 (RFC 3629) without NUL; each byte that is not of it becomes '?'.
/// PostgreSQL takes no other, and a client may name itself as it likes: what it did must be written
/// all the same.
std::string storable(std::string_view text);

}  // namespace portal
