#pragma once

#include <cstddef>
#include <memory>
#include <span>

namespace portal::http {

/// What came of one step on a stream that never blocks.
enum class Step {
  done,        ///< some bytes moved, or the handshake is complete
  want_read,   ///< try again when the socket is readable
  want_write,  ///< try again when the socket is writable
  closed,      ///< the other side ended in good order
  failed,      ///< nothing more can be done with it
};

struct Moved {
  Step step;
  std::size_t bytes = 0;
};

/// Bytes to and from a client, whatever carries them: TLS over TCP, plain TCP, a Unix socket.
/// Readiness instead of completion: an idle connection has no buffer anywhere. Used by one thread.
class Stream {
 public:
  virtual ~Stream() = default;
  /// To be called until `done` before anything else.
  virtual Step shake_hands() = 0;
  virtual Moved read(std::span<char> into) = 0;
  virtual Moved write(std::span<const char> from) = 0;
  /// Says that nothing more will be written; the other side may go on writing.
  virtual void finish_writing() = 0;
};

/// A stream that adds nothing; the caller owns `socket`.
std::unique_ptr<Stream> plain_stream(int socket);

}  // namespace portal::http
