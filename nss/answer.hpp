#pragma once

#include <errno.h>
#include <nss.h>

#include "complaint.hpp"
#include "packer.hpp"
#include "snapshot/core/lease.hpp"

namespace portal::nss {

inline nss_status refuse(snapshot::Fault fault, int* error) noexcept {
  switch (fault) {
    case snapshot::Fault::none:
    case snapshot::Fault::absent: *error = ENOENT; return NSS_STATUS_UNAVAIL;
    case snapshot::Fault::system: *error = errno; return NSS_STATUS_UNAVAIL;
    case snapshot::Fault::foreign: *error = EACCES; break;
    case snapshot::Fault::damaged: *error = EIO; break;
  }
  complain_once(fault);
  return NSS_STATUS_UNAVAIL;
}

/// What was packed, in the words of NSS. TRYAGAIN and ERANGE mean one thing: call again with a
/// larger buffer (requirement N1).
inline nss_status status_of(Packed packed, int* error) noexcept {
  switch (packed) {
    case Packed::yes: return NSS_STATUS_SUCCESS;
    case Packed::too_small: *error = ERANGE; return NSS_STATUS_TRYAGAIN;
    case Packed::damaged: break;
  }
  return refuse(snapshot::Fault::damaged, error);
}

/// Looks something up in what is published: `find` in a View, then `pack` for the caller.
template <class Record, class Find, class Pack>
nss_status answer(int* error, Find&& find, Pack&& pack) noexcept {
  const snapshot::Lease lease;
  if (lease.fault() != snapshot::Fault::none) return refuse(lease.fault(), error);
  Record record;
  switch (find(lease.view(), record)) {
    case snapshot::Found::yes: return status_of(pack(lease.view(), record), error);
    case snapshot::Found::no: *error = ENOENT; return NSS_STATUS_NOTFOUND;
    case snapshot::Found::damaged: break;
  }
  return refuse(snapshot::Fault::damaged, error);
}

}  // namespace portal::nss
