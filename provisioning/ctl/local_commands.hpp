#pragma once

#include "ctl/arguments.hpp"
#include "ctl/terminal.hpp"

namespace portal::ctl {

// What needs no daemon that runs.

ExitCode generate_key(const KeyGenerate& command, const Terminal& terminal);
ExitCode rotate_key(const KeyRotate& command, const Terminal& terminal);
/// Becomes `portald --check --config FILE`: the portald beside this program, else the one in PATH.
/// Comes back only if there is none.
ExitCode check_config(const ConfigCheck& command, const Terminal& terminal);
/// The script that completes commands in bash.
ExitCode print_completion(const Terminal& terminal);

}  // namespace portal::ctl
