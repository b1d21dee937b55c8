#pragma once

#include "base/file.hpp"
#include "base/result.hpp"
#include "directory/deadline.hpp"
#include "directory/endpoint.hpp"
#include "directory/host_lookup.hpp"

namespace portal::directory {

/// A connected, non-blocking socket to the server. Ours and not libldap's, because libldap cannot
/// bound the name look-up. Fails: unavailable.
Result<FileDescriptor> connect_socket(const Endpoint& endpoint, HostLookup& lookup,
                                      const Deadline& deadline);

}  // namespace portal::directory
