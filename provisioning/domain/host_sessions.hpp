#pragma once

#include "base/clock.hpp"
#include "domain/ports/host.hpp"
#include "domain/ports/sessions.hpp"

namespace portal {

class Store;

/// Keeps the ledger of PAM sessions and the host in step, for the sessions of this host. What is
/// owed to another host is its own daemon's to do.
class HostSessions {
 public:
  HostSessions(Store& store, Host& host, const Clock& clock)
      : store_(store), host_(host), clock_(clock) {}

  /// Throws out who was ended here by an administrator, a lock or a lost factor. One that the host
  /// does not let go is tried again, for ten minutes. Fails: denied, unavailable.
  Result<void> throw_out();
  /// Ends in the ledger what has ended on the host untold: the process is gone, or the host was
  /// started again. Fails: unavailable.
  Result<void> end_lost();

 private:
  Result<bool> has_left(const Session& session);

  Store& store_;
  Host& host_;
  const Clock& clock_;
};

}  // namespace portal
