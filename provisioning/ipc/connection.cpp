#include "ipc/connection.hpp"

#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <exception>

#include "base/log.hpp"
#include "base/refusal_schedule.hpp"

namespace portal::ipc {

namespace asio = boost::asio;

Connection::Connection(Crew& crew, Desk& desk, Crowd& crowd, const DialogueNeeds& needs,
                       Socket socket, const Peer& peer, Ended ended)
    : crew_(crew),
      desk_(desk),
      crowd_(crowd),
      settings_(needs.settings),
      socket_(std::move(socket)),
      whole_limit_(socket_.get_executor()),
      step_limit_(socket_.get_executor()),
      peer_(peer),
      ended_(std::move(ended)),
      dialogue_(needs, peer) {}

/// Posted, not called: what blocks in it would keep whatever else the caller has posted waiting,
/// the next connection among it.
void Connection::begin() {
  asio::post(socket_.get_executor(), [self = shared_from_this()] {
    Code error;
    self->socket_.non_blocking(true, error);
    if (error) return self->close_because("it cannot be made non-blocking");
    if (self->state_ == State::idle && !self->ending_) self->read_available();
  });
}

void Connection::ask_to_end() {
  asio::post(socket_.get_executor(), [self = shared_from_this()] {
    self->ending_ = true;
    if (self->state_ == State::idle || self->state_ == State::reading) self->close();
  });
}

void Connection::ask_to_close() {
  asio::post(socket_.get_executor(), [self = shared_from_this()] { self->close(); });
}

void Connection::enter(State state) {
  state_ = state;
  ++turn_;
}

bool Connection::is_current(const Code& error, std::uint64_t turn) const {
  return error != asio::error::operation_aborted && turn == turn_ && state_ != State::closed;
}

void Connection::limit_frame() {
  if (frame_is_limited_) return;
  frame_is_limited_ = true;
  step_limit_.expires_after(settings_.frame_limit);
  step_limit_.async_wait([self = shared_from_this()](const Code& error) {
    if (!error && (self->state_ == State::idle || self->state_ == State::reading))
      self->close_because("a frame took too long");
  });
}

/// Not before something is waited for: most operations never need the timer.
void Connection::limit_the_whole() {
  if (whole_is_limited_) return;
  whole_is_limited_ = true;
  whole_limit_.expires_at(begun_ + settings_.conversation_limit);
  whole_limit_.async_wait([self = shared_from_this()](const Code& error) {
    if (!error) self->person_took_too_long();
  });
}

void Connection::wait_for_frame() {
  enter(State::idle);
  limit_the_whole();
  socket_.async_wait(Socket::wait_read,
                     [self = shared_from_this(), turn = turn_](const Code& error) {
                       if (self->is_current(error, turn)) self->read_available();
                     });
}

/// Reads what is there. Memory is taken only for a length that is allowed (requirement C1).
void Connection::read_available() {
  enter(State::reading);
  while (read_ < length_.size()) {
    if (!read_some(length_.data() + read_, length_.size() - read_)) return;
  }
  if (body_.empty()) {
    const wire::BodySize size = wire::body_size(length_);
    if (size.fault != wire::CodecFault::none) return close_because(wire::name_of(size.fault));
    body_ = Secret::of_size(size.size);
  }
  while (read_ < length_.size() + body_.size()) {
    const std::size_t in_body = read_ - length_.size();
    if (!read_some(body_.writable().data() + in_body, body_.size() - in_body)) return;
  }
  take_frame();
}

/// False if nothing more comes now; whatever must follow has been seen to.
bool Connection::read_some(std::byte* to, std::size_t wanted) {
  Code error;
  const std::size_t count = socket_.read_some(asio::buffer(to, wanted), error);
  read_ += count;
  if (!error) return true;
  if (error == asio::error::would_block || error == asio::error::try_again) {
    wait_for_more();
  } else if (read_ == 0) {
    close();  // the module is gone
  } else {
    close_because("end of file inside a frame");
  }
  return false;
}

/// The first frame is due at once, and the rest of one that has begun: nobody has to type it.
void Connection::wait_for_more() {
  const bool is_for_a_person = read_ == 0 && arrived_ != Clock::time_point();
  if (is_for_a_person) return wait_for_frame();  // woken by what had been read already
  limit_frame();
  limit_the_whole();
  socket_.async_wait(Socket::wait_read,
                     [self = shared_from_this(), turn = turn_](const Code& error) {
                       if (self->is_current(error, turn)) self->read_available();
                     });
}

void Connection::take_frame() {
  arrived_ = Clock::now();
  crowd_.spoke(this, arrived_);
  if (frame_is_limited_) step_limit_.cancel();
  frame_is_limited_ = false;
  read_ = 0;
  Result<wire::Received> received = wire::Received::read(std::move(body_));
  body_ = Secret();
  if (!received) return close_because(received.error().detail.c_str());
  received_ = std::move(*received);
  enter(State::busy);
  place_ = desk_.enter([self = shared_from_this()] {
    asio::post(self->socket_.get_executor(), [self] {
      self->place_.reset();
      self->work();
    });
  });
  if (!place_) return work();
  watch_for_hang_up();
}

/// Whatever can be read before it is the module's turn again is its end, or no module.
void Connection::watch_for_hang_up() {
  if (watches_) return;
  watches_ = true;
  socket_.async_wait(Socket::wait_read,
                     [self = shared_from_this(), turn = turn_](const Code& error) {
                       self->watches_ = false;
                       if (!self->is_current(error, turn)) return;
                       // It may have been woken by what had been read already.
                       if (self->module_waits()) return self->watch_for_hang_up();
                       self->close_because("the module did not wait");
                     });
}

bool Connection::module_waits() {
  char byte = 0;
  const ssize_t count =
      ::recv(socket_.native_handle(), &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT);
  return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

/// With a place at the desk. An answer must not be burnt for a module that has left.
void Connection::work() {
  try {
    if (state_ == State::busy && !module_waits()) close_because("the module did not wait");
    if (state_ == State::busy) judge();
  } catch (...) {  // no memory: the place is given back all the same
    desk_.leave();
    close();
    throw;
  }
  desk_.leave();
  if (state_ == State::busy) judged();
}

void Connection::judge() {
  judging_since_ = Clock::now();
  if (Clock::now() - arrived_ > settings_.queue_limit) {
    reply_ = dialogue_.end(wire::Outcome::unavailable);
  } else {
    std::optional<Crew::Work> work;
    if (dialogue_.may_block(received_->message()))
      work.emplace(crew_, crowd_.has_others(this, judging_since_));
    try {
      reply_ = dialogue_.take(received_->message());
    } catch (const std::exception&) {
      // Its text may hold what was being worked on, so it is not logged.
      log(LogLevel::error, "an exception ended a PAM operation");
      reply_ = dialogue_.end(wire::Outcome::internal);
    }
  }
  received_.reset();
}

void Connection::judged() {
  if (!reply_) return close_because(reply_.error().detail.c_str());
  if (ending_ && !reply_->last) reply_ = dialogue_.end(wire::Outcome::denied);
  if (!reply_->held) return send_reply();
  watch_for_hang_up();
  step_limit_.expires_at(next_departure(judging_since_, Clock::now(), settings_.refusal_schedule));
  step_limit_.async_wait([self = shared_from_this(), turn = turn_](const Code& error) {
    if (self->is_current(error, turn)) self->send_reply();
  });
}

void Connection::send_reply() {
  enter(State::writing);
  if (watches_) socket_.cancel();
  const Secret& frame = reply_->frame;
  Code error;
  const std::size_t sent =
      socket_.write_some(asio::buffer(frame.reveal_bytes().data(), frame.size()), error);
  if (error && error != asio::error::would_block && error != asio::error::try_again) return close();
  if (sent == frame.size()) return reply_sent();
  asio::async_write(socket_, asio::buffer(frame.reveal_bytes().data() + sent, frame.size() - sent),
                    [self = shared_from_this(), turn = turn_](const Code& fault, std::size_t) {
                      if (!self->is_current(fault, turn)) return;
                      if (fault) return self->close();
                      self->reply_sent();
                    });
}

void Connection::reply_sent() {
  if (reply_->last || ending_) return close();
  reply_->frame = Secret();
  crowd_.spoke(this, Clock::now());
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

void Connection::close_because(const char* reason) {
  if (state_ == State::closed) return;
  log(LogLevel::info, "PAM connection closed",
      {{"reason", reason}, {"uid", std::to_string(peer_.uid)}, {"pid", std::to_string(peer_.pid)}});
  close();
}

void Connection::close() {
  if (state_ == State::closed) return;
  enter(State::closed);
  crowd_.left(this);
  Code ignored;
  socket_.close(ignored);
  whole_limit_.cancel();
  step_limit_.cancel();
  body_ = Secret();
  received_.reset();
  if (place_) desk_.give_up(*std::exchange(place_, std::nullopt));
  ended_(shared_from_this());
}

}  // namespace portal::ipc
