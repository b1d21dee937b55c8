#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "base/result.hpp"
#include "ipc/login_face.hpp"
#include "ipc/settings.hpp"

namespace portal {
class Phrasebook;
}

namespace portal::ipc {

/// The Unix socket that the PAM modules speak to. A bounded pool of threads of its own serves all
/// connections and works on logins, on all of them but one at a time; an idle connection costs a
/// descriptor and no thread (requirement C1). Who connects is decided by SO_PEERCRED (C2). Logs its
/// refusals.
class Server {
 public:
  /// Listens, and serves from then on. `face` and `phrases` must outlive the server.
  /// Fails: as SocketFile::make; malformed (the inherited descriptor is no listening Unix socket).
  static Result<std::unique_ptr<Server>> start(Settings settings, LoginFace& face,
                                               const Phrasebook& phrases);
  /// As `stop` without patience.
  ~Server();

  /// Listens no more, drops those who wait for a person, lets the requests that are being worked on
  /// finish for at most `patience`, then ends. Returns when no thread of the server is left: a
  /// worker inside the directory or the store is waited for. Idempotent.
  void stop(std::chrono::milliseconds patience);

  /// How many are connected now.
  std::size_t connections() const noexcept;

 private:
  class Loop;
  explicit Server(std::unique_ptr<Loop> loop);
  std::unique_ptr<Loop> loop_;
};

}  // namespace portal::ipc
