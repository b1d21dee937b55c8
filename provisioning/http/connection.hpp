#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>

#include "base/file.hpp"
#include "http/hub.hpp"
#include "http/message.hpp"
#include "http/peer.hpp"
#include "http/request_parser.hpp"
#include "http/stream.hpp"
#include "http/wiped_buffer.hpp"

namespace portal::http {

/// One client, from accept to close: a state machine that moves when its socket is ready, its timer
/// fires or its handler is done. Lives on the event loop's thread; a handler's thread only carries
/// the answer back.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Hub& hub, FileDescriptor socket, Remote remote);

  void start();
  /// Closes if nothing is in flight; otherwise the next answer is the last.
  void wind_down();
  void close();

 private:
  enum class Phase {
    handshake,  ///< nothing read yet, or inside the TLS handshake
    idle,       ///< before the first byte of a request
    head,       ///< inside a request's head
    body,       ///< inside a request's body
    handling,   ///< a handler runs, or waits for a thread
    holding,    ///< the answer is there and waits for its time
    writing,    ///< the answer is on its way
    lingering,  ///< answered for the last time; what the client still sends is thrown away
    closed,
  };

  void enter(Phase phase);
  void arm(std::chrono::milliseconds timeout);
  void wait(Step step);
  void later();
  void advance();
  void expire();
  void give_up_reading();

  void shake_hands();
  void receive();
  bool read_request();
  void begin_body();
  void dispatch();
  void complete(Response response, std::chrono::steady_clock::time_point begun);
  void refuse(int status, const Request& request);
  void send(Response response);
  void transmit();
  void next_request();
  void linger();
  void drain();

  Hub& hub_;
  boost::asio::posix::stream_descriptor socket_;
  boost::asio::steady_timer timer_;
  Remote remote_;
  std::unique_ptr<Stream> stream_;
  std::unique_ptr<RequestParser> parser_;
  Phase phase_ = Phase::handshake;
  std::optional<Hub::Waiting::iterator> waiting_;
  bool is_first_ = true;    ///< the first request, whose time runs from accept
  bool keep_alive_ = true;  ///< as told in the answer under way
  Method method_ = Method::get;
  Response held_;
  WipedBuffer input_;
  WipedBuffer output_;
  std::size_t sent_ = 0;
  std::size_t drained_ = 0;
};

}  // namespace portal::http
