#pragma once

#include <grp.h>
#include <pwd.h>

#include "snapshot/core/image.hpp"

namespace portal::nss {

/// Whether a record came into the caller's buffer.
enum class Packed : std::uint8_t { yes, too_small, damaged };

/// Fill the caller's struct; all that it points to lies in `buffer`, which may have any alignment
/// and is not touched if it is too small.
Packed pack(const snapshot::AccountView& account, passwd& result, char* buffer,
            std::size_t size) noexcept;
Packed pack(const snapshot::GroupView& group, ::group& result, char* buffer,
            std::size_t size) noexcept;

}  // namespace portal::nss
