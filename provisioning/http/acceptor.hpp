#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>

#include "base/file.hpp"
#include "http/hub.hpp"

namespace portal::http {

/// Takes new clients from a listening socket and hands them to connections.
class Acceptor : public std::enable_shared_from_this<Acceptor> {
 public:
  Acceptor(Hub& hub, FileDescriptor socket);
  void start();
  /// Closes the listening socket.
  void stop();

 private:
  void accept_some();
  bool accept_one();
  void pause();

  Hub& hub_;
  boost::asio::posix::stream_descriptor socket_;
  boost::asio::steady_timer timer_;
  std::chrono::steady_clock::time_point complained_{};
};

}  // namespace portal::http
