#pragma once

#include "ctl/arguments.hpp"
#include "ctl/daemon.hpp"

namespace portal::ctl {

/// Issues one code and prints it: the only moment at which it can be read.
ExitCode issue_code(const CodesIssue& command, Daemon& daemon, const Terminal& terminal);

/// Issues a code for each person of a list into a file for the letter printer; the earlier ones are
/// dead (requirement R3). Nobody gets one if a line of the list is faulty. Whom the daemon refuses
/// is told with their line, and the others get theirs.
ExitCode reissue_codes(const CodesReissue& command, Daemon& daemon, const Terminal& terminal);

}  // namespace portal::ctl
