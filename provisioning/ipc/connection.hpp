#pragma once

// Only for this folder's sources: brings Boost.Asio.
#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "ipc/dialogue.hpp"

namespace portal::ipc {

/// One module's connection: reads a frame, has it judged on a worker thread, writes the reply, and
/// keeps the time limits. All but the judging runs on the loop's thread.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Socket = boost::asio::local::stream_protocol::socket;
  using Ended = std::function<void(const std::shared_ptr<Connection>&)>;

  Connection(boost::asio::io_context& loop, boost::asio::thread_pool& workers,
             const DialogueNeeds& needs, Socket socket, const Peer& peer, Ended ended);

  void begin();
  /// Closes it unless a request of its is being worked on or answered: that is let finish.
  void close_unless_busy();
  void close();
  uid_t uid() const noexcept { return peer_.uid; }

 private:
  using Time = std::chrono::steady_clock::time_point;
  using Code = boost::system::error_code;
  enum class State {
    idle,     ///< waits for the first byte of a frame
    reading,  ///< inside a frame
    busy,     ///< a worker judges, or a refusal is held
    writing,
    closed,
  };

  void wait_for_frame();
  void read_length();
  void read_body();
  void take_frame();
  void watch_for_hang_up();
  void judge();
  void judged();
  void send_reply();
  void reply_sent();
  void limit_frame();
  void person_took_too_long();
  void close_because(const char* reason);
  bool is_current(const Code& error, std::uint64_t turn) const;
  void enter(State state);

  boost::asio::io_context& loop_;
  boost::asio::thread_pool& workers_;
  const Settings& settings_;
  Socket socket_;
  boost::asio::steady_timer whole_limit_;
  boost::asio::steady_timer step_limit_;  ///< of a frame, or a refusal's schedule
  Peer peer_;
  Ended ended_;

  State state_ = State::idle;
  std::uint64_t turn_ = 0;  ///< counts state changes: a handler of an earlier one does nothing
  bool ending_ = false;     ///< the server stops, or the whole took too long
  std::array<std::byte, wire::kLengthSize> length_{};
  Secret body_;
  Time arrived_;

  // Shared with the worker, one after the other, ordered by the posts between them.
  Dialogue dialogue_;
  std::optional<wire::Received> received_;
  Result<Reply> reply_;
  std::atomic<bool> wanted_ = true;  ///< false once nobody waits for the reply
};

}  // namespace portal::ipc
