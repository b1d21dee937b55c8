#pragma once

#include "ctl/arguments.hpp"
#include "ctl/daemon.hpp"

namespace portal::ctl {

/// Sends a file of persons to the daemon in chunks, then commits, or, with --dry-run or after any
/// fault, abandons: all rows or none. Every fault of the file is told, with its line.
ExitCode import_persons(const PersonsImport& command, Daemon& daemon, const Terminal& terminal);

}  // namespace portal::ctl
