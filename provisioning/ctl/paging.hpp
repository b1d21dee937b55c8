#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ctl/daemon.hpp"

namespace portal::ctl {

/// Prints a page of a list, and says how to get the next: by `command` and --after.
ExitCode print_page(Daemon& daemon, const Terminal& terminal, const std::string& target,
                    std::string_view member, const std::vector<Column>& columns,
                    std::string_view command);

}  // namespace portal::ctl
