#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "base/result.hpp"
#include "daemon/configuration.hpp"

namespace portal {

/// The whole daemon: every part, made in the order of their needs and ended in the reverse order.
class House {
 public:
  /// Builds and starts to serve. The store is brought up to date, an unsafe directory is refused
  /// (Errc::denied); one that does not answer is asked again and again, and until it has answered
  /// logins and registrations read "not possible at the moment".
  /// `login_socket`: a listening socket that systemd handed over, or -1.
  /// Fails: as the part that could not be made.
  static Result<std::unique_ptr<House>> build(Configuration configuration, int login_socket);
  ~House();
  House(const House&) = delete;
  House& operator=(const House&) = delete;

  /// The port that the pages are served on.
  unsigned short web_port() const;
  /// Whether people can register: the directory was proven safe.
  bool registration_is_open() const;
  /// Reads the certificate again; the old one stays if that fails. Fails: as http::Server.
  Result<void> reload_certificate();
  /// Takes up the keys that were added to the key file, and gives how many; which one is active
  /// does not change. Fails: as KeyRotation::take_up.
  Result<std::size_t> take_up_keys();
  /// Takes nothing new on and lets what is in flight finish, at most `patience`.
  void close(std::chrono::milliseconds patience);

 private:
  struct Rooms;
  explicit House(std::unique_ptr<Rooms> rooms);
  std::unique_ptr<Rooms> rooms_;
};

}  // namespace portal
