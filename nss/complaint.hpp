#pragma once

#include "snapshot/core/image.hpp"

namespace portal::nss {

/// Tells the system's log, once in a process, that what is published cannot be used. Not through
/// syslog(3): it would keep a descriptor that the host does not know of, and the host's own log may
/// be open there. Keeps errno; waits for nobody; does not come back to a thread that is cancelled.
[[gnu::cold]] void complain_once(snapshot::Fault fault) noexcept;

}  // namespace portal::nss
