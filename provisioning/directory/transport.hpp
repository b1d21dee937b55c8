#pragma once

#include <optional>

#include "directory/deadline.hpp"

struct sockbuf;  // libldap's buffered socket

namespace portal::directory {

/// How libldap reads and writes the socket of one connection: in place of its own way, because
/// libldap (2.5, as Debian builds it) shakes hands for TLS without any time limit, and writes so
/// that a closed connection raises SIGPIPE.
class Transport {
 public:
  /// Puts a new transport under `buffer`, which owns it from then on; nullptr if that fails.
  /// The socket must be non-blocking.
  static Transport* attach(::sockbuf* buffer, const Deadline& patience);

  /// From now on reads and writes do not wait: who wants an answer polls (ldap_result does).
  void stop_waiting() noexcept { patience_.reset(); }

  /// As read(2) and write(2), at most until the deadline as long as there is one.
  long read(int fd, void* bytes, unsigned long size) const noexcept;
  long write(int fd, const void* bytes, unsigned long size) const noexcept;

 private:
  explicit Transport(const Deadline& patience) : patience_(patience) {}
  bool wait(int fd, short events) const noexcept;

  std::optional<Deadline> patience_;
};

}  // namespace portal::directory
