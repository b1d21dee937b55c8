#pragma once

#include <string>

#include "ctl/command_tree.hpp"

namespace portal::ctl {

/// A script for bash that completes the commands of `root`, their options, and the values and files
/// that these take. config/completion/portalctl.bash is what it gives.
std::string bash_completion(const CommandWord& root);

}  // namespace portal::ctl
