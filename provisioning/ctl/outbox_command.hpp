#pragma once

#include "ctl/arguments.hpp"
#include "ctl/daemon.hpp"

namespace portal::ctl {

// The mails and SMS that wait, and what became of them.

ExitCode list_messages(const OutboxList& command, Daemon& daemon, const Terminal& terminal);
ExitCode show_message(const OutboxShow& command, Daemon& daemon, const Terminal& terminal);
ExitCode retry_message(const OutboxRetry& command, Daemon& daemon, const Terminal& terminal);

}  // namespace portal::ctl
