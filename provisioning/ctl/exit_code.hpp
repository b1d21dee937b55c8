#pragma once

namespace portal::ctl {

/// What the command's end tells a script; documented in portalctl(8).
enum class ExitCode {
  ok = 0,
  refused = 1,        ///< the daemon or a file says no: not found, wrong rows, conflict
  usage = 2,          ///< the command line makes no sense
  unreachable = 3,    ///< no daemon answers on the socket
  not_permitted = 4,  ///< this user may not administer
  failed = 5,         ///< the daemon answers that it, or its store, failed
};

}  // namespace portal::ctl
