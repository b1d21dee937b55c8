#include "ipc/connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <exception>

#include "base/log.hpp"

namespace portal::ipc {

namespace asio = boost::asio;
using std::chrono::steady_clock;

Connection::Connection(asio::io_context& loop, asio::thread_pool& workers,
                       const DialogueNeeds& needs, Socket socket, const Peer& peer, Ended ended)
    : loop_(loop),
      workers_(workers),
      settings_(needs.settings),
      socket_(std::move(socket)),
      whole_limit_(loop),
      step_limit_(loop),
      peer_(peer),
      ended_(std::move(ended)),
      dialogue_(needs, peer) {}

void Connection::begin() {
  whole_limit_.expires_after(settings_.conversation_limit);
  whole_limit_.async_wait([self = shared_from_this()](const Code& error) {
    if (!error) self->person_took_too_long();
  });
  wait_for_frame();
  limit_frame();  // the first frame is due at once: nobody has to type it
}

void Connection::enter(State state) {
  state_ = state;
  ++turn_;
}

bool Connection::is_current(const Code& error, std::uint64_t turn) const {
  return error != asio::error::operation_aborted && turn == turn_ && state_ != State::closed;
}

void Connection::limit_frame() {
  step_limit_.expires_after(settings_.frame_limit);
  step_limit_.async_wait([self = shared_from_this()](const Code& error) {
    if (!error && (self->state_ == State::idle || self->state_ == State::reading))
      self->close_because("a frame took too long");
  });
}

void Connection::wait_for_frame() {
  enter(State::idle);
  socket_.async_wait(Socket::wait_read,
                     [self = shared_from_this(), turn = turn_](const Code& error) {
                       if (self->is_current(error, turn)) self->read_length();
                     });
}

void Connection::read_length() {
  const bool first = arrived_ == Time();
  enter(State::reading);
  if (!first) limit_frame();
  asio::async_read(socket_, asio::buffer(length_),
                   [self = shared_from_this(), turn = turn_](const Code& error, std::size_t) {
                     if (!self->is_current(error, turn)) return;
                     if (error) return self->close();  // the module is gone
                     self->read_body();
                   });
}

/// Memory is taken only for a length that is allowed (requirement C1).
void Connection::read_body() {
  const wire::BodySize size = wire::body_size(length_);
  if (size.fault != wire::CodecFault::none) return close_because(wire::name_of(size.fault));
  body_ = Secret::of_size(size.size);
  asio::async_read(socket_, asio::buffer(body_.writable().data(), body_.size()),
                   [self = shared_from_this(), turn = turn_](const Code& error, std::size_t) {
                     if (!self->is_current(error, turn)) return;
                     if (error) return self->close_because("end of file inside a frame");
                     self->take_frame();
                   });
}

void Connection::take_frame() {
  arrived_ = steady_clock::now();
  step_limit_.cancel();
  Result<wire::Received> received = wire::Received::read(std::move(body_));
  if (!received) return close_because(received.error().detail.c_str());
  received_ = std::move(*received);
  enter(State::busy);
  watch_for_hang_up();
  asio::post(workers_, [self = shared_from_this()] { self->judge(); });
}

/// Whatever can be read before it is the module's turn again is its end, or no module.
void Connection::watch_for_hang_up() {
  socket_.async_wait(Socket::wait_read,
                     [self = shared_from_this(), turn = turn_](const Code& error) {
                       if (self->is_current(error, turn))
                         self->close_because("the module did not wait");
                     });
}

/// On a worker thread.
void Connection::judge() {
  if (!wanted_) return;
  if (steady_clock::now() - arrived_ > settings_.queue_limit) {
    reply_ = dialogue_.end(wire::Outcome::unavailable);
  } else {
    try {
      reply_ = dialogue_.take(received_->message());
    } catch (const std::exception&) {
      // Its text may hold what was being worked on, so it is not logged.
      log(LogLevel::error, "an exception ended a PAM operation");
      reply_ = dialogue_.end(wire::Outcome::internal);
    }
  }
  received_.reset();
  asio::post(loop_, [self = shared_from_this()] { self->judged(); });
}

void Connection::judged() {
  if (state_ == State::closed) return;
  if (!reply_) return close_because(reply_.error().detail.c_str());
  if (ending_ && !reply_->last) reply_ = dialogue_.end(wire::Outcome::denied);
  if (!reply_->held) return send_reply();
  step_limit_.expires_at(arrived_ + settings_.refusal_schedule);
  step_limit_.async_wait([self = shared_from_this(), turn = turn_](const Code& error) {
    if (self->is_current(error, turn)) self->send_reply();
  });
}

void Connection::send_reply() {
  enter(State::writing);
  socket_.cancel();  // the watch
  const Secret& frame = reply_->frame;
  asio::async_write(socket_, asio::buffer(frame.reveal_bytes().data(), frame.size()),
                    [self = shared_from_this(), turn = turn_](const Code& error, std::size_t) {
                      if (!self->is_current(error, turn)) return;
                      if (error) return self->close();
                      self->reply_sent();
                    });
}

void Connection::reply_sent() {
  if (reply_->last || ending_) return close();
  reply_->frame = Secret();
  wait_for_frame();
}

void Connection::person_took_too_long() {
  ending_ = true;
  switch (state_) {
    case State::idle:
      // The module reads this when the person answers at last.
      reply_ = dialogue_.end(wire::Outcome::denied);
      return send_reply();
    case State::reading:
    case State::writing: return close_because("the conversation took too long");
    case State::busy:
    case State::closed: return;
  }
}

void Connection::close_unless_busy() {
  ending_ = true;
  if (state_ == State::idle || state_ == State::reading) close();
}

void Connection::close_because(const char* reason) {
  if (state_ == State::closed) return;
  log(LogLevel::info, "PAM connection closed",
      {{"reason", reason}, {"uid", std::to_string(peer_.uid)}, {"pid", std::to_string(peer_.pid)}});
  close();
}

void Connection::close() {
  if (state_ == State::closed) return;
  enter(State::closed);
  wanted_ = false;
  Code ignored;
  socket_.close(ignored);
  whole_limit_.cancel();
  step_limit_.cancel();
  body_ = Secret();
  ended_(shared_from_this());
}

}  // namespace portal::ipc
