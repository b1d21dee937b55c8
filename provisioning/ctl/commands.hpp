#pragma once

#include "ctl/arguments.hpp"

namespace portal::ctl {

/// Runs one command: prints what it has to say and gives the code to exit with.
ExitCode run(const Arguments& arguments);

}  // namespace portal::ctl
