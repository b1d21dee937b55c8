#pragma once

#include <filesystem>
#include <memory>

#include "base/result.hpp"
#include "directory/connection.hpp"
#include "directory/endpoint.hpp"
#include "directory/host_lookup.hpp"

namespace portal::directory {

/// Opens connections to one server: socket, TLS with a verified certificate (requirement L3), and
/// every option of libldap that a file of the host could have changed.
class Connector {
 public:
  Connector(Endpoint endpoint, std::filesystem::path ca_file);

  /// A connection on which nobody has bound. Thread-safe.
  /// Fails: unavailable (also when the certificate is not good: there is no way round it).
  Result<std::unique_ptr<Connection>> connect(const Deadline& deadline);

  const Endpoint& endpoint() const noexcept { return endpoint_; }

 private:
  Endpoint endpoint_;
  std::filesystem::path ca_file_;
  HostLookup lookup_;
};

}  // namespace portal::directory
