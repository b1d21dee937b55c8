#pragma once

#include <cstdint>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace portal {

/// One machine, and one start of it. Both are opaque texts; `machine` does not change at a restart.
struct HostId {
  std::string machine;
  std::string boot;
  bool operator==(const HostId&) const = default;
};

/// The machine that this daemon and the callers of its PAM socket run on.
class Host {
 public:
  virtual ~Host() = default;
  virtual const HostId& id() const = 0;
  /// Whether a process with this number runs now.
  virtual bool runs(std::int64_t process) const = 0;
  /// Ends the login session (of systemd-logind) that this very process opened at about that time;
  /// false if there is none: a session that a process is merely in, as sudo is, is not its own.
  /// May block for some seconds. Fails: denied, unavailable.
  virtual Result<bool> end_login(std::int64_t process, UtcTime opened) = 0;
};

}  // namespace portal
