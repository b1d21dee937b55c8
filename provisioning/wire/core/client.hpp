#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "wire/core/codec.hpp"
#include "wire/core/deadline.hpp"

namespace portal::wire {

#ifndef PORTAL_SOCKET_PATH
#define PORTAL_SOCKET_PATH "/run/portald/login.sock"
#endif
/// Where the daemon listens unless told otherwise.
inline constexpr const char* kDefaultSocket = PORTAL_SOCKET_PATH;

/// How long a module waits for the daemon: a person who waits for an answer to a right password
/// must hear within 5 s that the daemon is away, but a bind, and a refusal that is held back, take
/// their time.
inline constexpr long kOpenLimit = 4'500;     ///< ms: connect, Open and the first answer
inline constexpr long kAnswerLimit = 30'000;  ///< ms: from an Answer to what follows it

enum class ClientFault : std::uint8_t {
  none,
  absent,     ///< nobody listens there, or we may not connect
  timed_out,  ///< no answer in time
  closed,     ///< the daemon hung up: end of file is an error
  untrusted,  ///< somebody else than the daemon listens there
  malformed,  ///< the daemon sent what is no message for a module
  too_large,  ///< what was to be sent does not fit
  system,     ///< no descriptor, no memory
};
/// The stable lower-case name, for logs: "timed_out".
const char* name_of(ClientFault fault) noexcept;

/// What the daemon said; its texts are valid until the next call on the client.
struct DaemonMessage {
  MessageType type = MessageType::done;
  Prompt prompt;  ///< if type is prompt
  Done done;      ///< if type is done
};

/// One connection to the daemon. Uses one descriptor, closed on exec and at its end, and one buffer
/// inside the object, wiped at its end; raises no signal; a signal that arrives changes nothing.
class Client {
 public:
  Client() noexcept = default;
  ~Client() noexcept;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Connects to the Unix socket `path`. The listener must run as root or as `server_uid`, by
  /// SO_PEERCRED (requirement C2), else untrusted.
  ClientFault connect(const char* path, uid_t server_uid, const Deadline& deadline) noexcept;

  /// Sends `message`; no copy of it stays. A daemon that hung up is not seen here but by `receive`,
  /// since it may have said why before.
  template <class Message>
  ClientFault send(const Message& message, const Deadline& deadline) noexcept {
    const Encoded frame = encode(message, buffer_);
    const ClientFault fault =
        frame.fault == CodecFault::none ? send_frame(frame.size, deadline) : ClientFault::too_large;
    wipe();
    return fault;
  }

  ClientFault receive(DaemonMessage& message, const Deadline& deadline) noexcept;

 private:
  ClientFault send_frame(std::size_t size, const Deadline& deadline) noexcept;
  ClientFault fill(std::span<std::byte> bytes, const Deadline& deadline) noexcept;
  ClientFault wait_for(short events, const Deadline& deadline) noexcept;
  void wipe() noexcept;

  int socket_ = -1;
  std::byte buffer_[kFrameLimit] = {};
};

}  // namespace portal::wire
