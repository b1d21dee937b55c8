#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace portal::ctl {

/// Rows of cells; the first row is the head.
using Rows = std::vector<std::vector<std::string>>;

/// Rows as lines whose columns stand under each other on a terminal, whatever the script: aligned
/// by display width, not by bytes. Control characters in a cell are escaped: a name must not steer
/// the terminal.
std::string aligned(const Rows& rows);

/// The columns that `text` takes on a terminal.
std::size_t display_width(std::string_view text);

}  // namespace portal::ctl
