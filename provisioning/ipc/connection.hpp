#pragma once

// Only for this folder's sources: brings Boost.Asio.
#include <array>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/strand.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "ipc/crew.hpp"
#include "ipc/crowd.hpp"
#include "ipc/desk.hpp"
#include "ipc/dialogue.hpp"

namespace portal::ipc {

/// One module's connection: reads a frame, has it judged, writes the reply, and keeps the time
/// limits. All of it runs on the connection's strand, the judging too: handing a login on to
/// another thread and its reply back costs more than all the rest, the directory included.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Strand = boost::asio::strand<boost::asio::io_context::executor_type>;
  using Socket = boost::asio::basic_stream_socket<boost::asio::local::stream_protocol, Strand>;
  /// Called once, on the strand.
  using Ended = std::function<void(const std::shared_ptr<Connection>&)>;

  Connection(Crew& crew, Desk& desk, Crowd& crowd, const DialogueNeeds& needs, Socket socket,
             const Peer& peer, Ended ended);

  // From any thread; what they ask for is done on the strand.
  void begin();
  /// Closes it unless a request of its is being worked on or answered: that is let finish.
  void ask_to_end();
  void ask_to_close();

  uid_t uid() const noexcept { return peer_.uid; }

 private:
  using Clock = std::chrono::steady_clock;
  using Timer = boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>, Strand>;
  using Code = boost::system::error_code;
  enum class State {
    idle,     ///< waits for the first byte of a frame
    reading,  ///< inside a frame
    busy,     ///< waits for its turn, is judged, or a refusal is held
    writing,
    closed,
  };

  void wait_for_frame();
  void read_available();
  bool read_some(std::byte* to, std::size_t wanted);
  void wait_for_more();
  void take_frame();
  bool module_waits();
  void watch_for_hang_up();
  void work();
  void judge();
  void judged();
  void send_reply();
  void reply_sent();
  void limit_frame();
  void limit_the_whole();
  void person_took_too_long();
  void close_because(const char* reason);
  void close();
  bool is_current(const Code& error, std::uint64_t turn) const;
  void enter(State state);

  Crew& crew_;
  Desk& desk_;
  Crowd& crowd_;
  const Settings& settings_;
  Socket socket_;
  Timer whole_limit_;
  Timer step_limit_;  ///< of a frame, or a refusal's schedule
  Peer peer_;
  Ended ended_;
  Dialogue dialogue_;

  State state_ = State::idle;
  std::uint64_t turn_ = 0;  ///< counts state changes: a handler of an earlier one does nothing
  bool ending_ = false;     ///< the server stops, or the whole took too long
  bool frame_is_limited_ = false;
  bool whole_is_limited_ = false;
  bool watches_ = false;  ///< for a hang-up
  const Clock::time_point begun_ = Clock::now();
  Clock::time_point arrived_;
  Clock::time_point judging_since_;
  std::optional<Desk::Ticket> place_;  ///< in the queue for the desk

  std::array<std::byte, wire::kLengthSize> length_{};
  Secret body_;
  std::size_t read_ = 0;  ///< of length and body
  std::optional<wire::Received> received_;
  Result<Reply> reply_;
};

}  // namespace portal::ipc
