#include "http/connection.hpp"

#include <sys/socket.h>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <exception>
#include <string>
#include <typeinfo>
#include <utility>

#include "base/log.hpp"
#include "base/refusal_schedule.hpp"
#include "http/response_head.hpp"

namespace portal::http {
namespace {

namespace asio = boost::asio;

/// Reads in a row before others get their turn.
constexpr int turns = 8;

std::unique_ptr<Stream> stream_over(const Hub& hub, int socket) {
  return hub.tls ? hub.tls->stream(socket) : plain_stream(socket);
}

/// Runs on a worker's thread. What the request held is wiped as far as we own it.
Response answer(const Router& router, Request& request) noexcept {
  Response response;
  try {
    response = router.handle(request);
  } catch (const std::exception& fault) {
    log(LogLevel::error, "a request failed", {{"exception", typeid(fault).name()}});
    response.status = 500;
  }
  for (auto& [name, value] : request.headers) wipe(value);
  return response;
}

}  // namespace

Connection::Connection(Hub& hub, FileDescriptor socket, Remote remote)
    : hub_(hub),
      socket_(hub.loop, socket.get()),
      timer_(hub.loop),
      remote_(std::move(remote)),
      stream_(stream_over(hub, socket.get())) {
  (void)socket.release();  // socket_ owns it now
}

void Connection::start() {
  hub_.add(shared_from_this(), remote_);
  enter(Phase::handshake);
  arm(hub_.limits.header_timeout);
  wait(Step::want_read);
}

void Connection::wind_down() {
  if (phase_ == Phase::handshake || phase_ == Phase::idle) close();
}

void Connection::close() {
  if (phase_ == Phase::closed) return;
  const auto self = shared_from_this();
  enter(Phase::closed);
  timer_.cancel();
  stream_.reset();
  boost::system::error_code ignored;
  socket_.close(ignored);
  hub_.remove(*this, remote_);
}

void Connection::enter(Phase phase) {
  if (waiting_) hub_.remove_waiting(*std::exchange(waiting_, std::nullopt));
  phase_ = phase;
  const bool clients_turn =
      phase == Phase::handshake || phase == Phase::idle || phase == Phase::head;
  if (clients_turn) waiting_ = hub_.add_waiting(*this);
}

void Connection::arm(std::chrono::milliseconds timeout) {
  timer_.expires_after(timeout);
  timer_.async_wait([self = shared_from_this(),
                     expiry_then = timer_.expiry()](const boost::system::error_code& error) {
    // A timer that was set again while this call was queued does not count.
    if (!error && self->timer_.expiry() == expiry_then) self->expire();
  });
}

void Connection::wait(Step step) {
  const auto direction = step == Step::want_write ? asio::posix::descriptor_base::wait_write
                                                  : asio::posix::descriptor_base::wait_read;
  socket_.async_wait(direction,
                     [self = shared_from_this()](const boost::system::error_code& error) {
                       if (error == asio::error::operation_aborted) return;
                       if (self->phase_ == Phase::closed) return;
                       if (error) return self->close();
                       self->advance();
                     });
}

/// Lets the others have their turn first.
void Connection::later() {
  asio::post(hub_.loop, [self = shared_from_this()] { self->advance(); });
}

void Connection::advance() {
  switch (phase_) {
    case Phase::handshake: return shake_hands();
    case Phase::idle:
    case Phase::head:
    case Phase::body: return receive();
    case Phase::writing: return transmit();
    case Phase::lingering: return drain();
    case Phase::handling:
    case Phase::holding:
    case Phase::closed: return;
  }
}

void Connection::expire() {
  switch (phase_) {
    case Phase::head:
    case Phase::body: return give_up_reading();
    case Phase::holding: return send(std::move(held_));
    case Phase::handshake:
    case Phase::idle:
    case Phase::writing:
    case Phase::lingering: return close();
    case Phase::handling:
    case Phase::closed: return;
  }
}

void Connection::give_up_reading() {
  boost::system::error_code ignored;
  socket_.cancel(ignored);  // one wait at a time
  refuse(408, parser_->request());
}

void Connection::shake_hands() {
  const Step step = stream_->shake_hands();
  if (step == Step::want_read || step == Step::want_write) return wait(step);
  if (step != Step::done) return close();
  parser_ = std::make_unique<RequestParser>(hub_.limits.header_bytes, hub_.limits.body_bytes);
  enter(Phase::idle);
  receive();
}

void Connection::receive() {
  for (int turn = 0; turn < turns; ++turn) {
    const Moved moved = stream_->read(hub_.scratch);
    if (moved.step == Step::want_read || moved.step == Step::want_write) return wait(moved.step);
    if (moved.step != Step::done) return close();
    if (phase_ == Phase::idle) {
      enter(Phase::head);
      if (!is_first_) arm(hub_.limits.header_timeout);
    }
    input_.insert(input_.end(), hub_.scratch.begin(), hub_.scratch.begin() + moved.bytes);
    ::explicit_bzero(hub_.scratch.data(), moved.bytes);
    if (!read_request()) return;
  }
  later();
}

/// Whether more bytes are wanted.
bool Connection::read_request() {
  switch (parser_->feed(input_)) {
    case RequestParser::State::head: return true;
    case RequestParser::State::body:
      if (phase_ == Phase::head) begin_body();
      return phase_ == Phase::body;
    case RequestParser::State::complete: dispatch(); return false;
    case RequestParser::State::failed: refuse(parser_->status(), parser_->request()); return false;
  }
  return false;
}

void Connection::begin_body() {
  enter(Phase::body);
  arm(hub_.limits.body_timeout);
  if (!parser_->expects_continue()) return;
  constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  // Everything before it was acknowledged by the client's request, so there is room; if not, the
  // client is broken.
  const Moved moved = stream_->write(go_on);
  if (moved.step != Step::done || moved.bytes != go_on.size()) close();
}

void Connection::dispatch() {
  enter(Phase::handling);
  timer_.cancel();
  const auto request = std::make_shared<Request>(parser_->take());
  method_ = request->method;
  keep_alive_ = parser_->keep_alive() && !hub_.is_winding_down();
  request->peer = remote_.peer;
  const std::optional<IpAddress> client = hub_.client_of(remote_, *request);
  if (client) request->address = client->text();
  if (!client && hub_.forwarded_by_peer) {
    log(LogLevel::warning, "the proxy at the socket does not tell its client's address");
    return refuse(400, *request);
  }

  auto job = [self = shared_from_this(), request, &hub = hub_]() mutable {
    const auto begun = std::chrono::steady_clock::now();
    Response response = answer(hub.router, *request);
    // The last owner must be on the loop: the connection ends there.
    asio::post(hub.loop, [self = std::move(self), response = std::move(response), begun]() mutable {
      self->complete(std::move(response), begun);
    });
  };
  if (!hub_.workers.submit(std::move(job))) refuse(503, *request);
}

void Connection::complete(Response response, std::chrono::steady_clock::time_point begun) {
  if (phase_ != Phase::handling) return;
  const auto now = std::chrono::steady_clock::now();
  const auto due = next_departure(begun, now, response.schedule);
  if (due <= now) return send(std::move(response));
  held_ = std::move(response);
  enter(Phase::holding);
  arm(std::chrono::ceil<std::chrono::milliseconds>(due - now));
}

/// The server's own answer; the last one, because the client's bytes can no longer be told apart.
void Connection::refuse(int status, const Request& request) {
  Response response = hub_.router.error(status, request);
  if (status == 503) response.add_header("Retry-After", "1");
  response.schedule = {};
  method_ = request.method;
  keep_alive_ = false;
  send(std::move(response));
}

void Connection::send(Response response) {
  keep_alive_ = keep_alive_ && !hub_.is_winding_down();
  const Framing framing{keep_alive_, parser_->is_http_1_0()};
  const std::string head = head_of(response, framing, SystemClock().now());
  output_.assign(head.begin(), head.end());
  if (has_body(response, method_))
    output_.insert(output_.end(), response.body.begin(), response.body.end());
  wipe(response.body);  // a page may show recovery codes or a key
  sent_ = 0;
  enter(Phase::writing);
  arm(hub_.limits.write_timeout);
  transmit();
}

void Connection::transmit() {
  while (sent_ < output_.size()) {
    const Moved moved = stream_->write(std::span<const char>(output_).subspan(sent_));
    if (moved.step == Step::want_read || moved.step == Step::want_write) return wait(moved.step);
    if (moved.step != Step::done) return close();
    sent_ += moved.bytes;
  }
  WipedBuffer().swap(output_);
  if (keep_alive_ && !hub_.is_winding_down()) return next_request();
  linger();
}

void Connection::next_request() {
  parser_ = std::make_unique<RequestParser>(hub_.limits.header_bytes, hub_.limits.body_bytes);
  is_first_ = false;
  if (input_.empty()) {
    enter(Phase::idle);
    arm(hub_.limits.keep_alive);
    return receive();
  }
  enter(Phase::head);  // pipelined
  arm(hub_.limits.header_timeout);
  if (read_request()) receive();
}

/// Closing with bytes unread resets the connection, and the client may lose the answer.
void Connection::linger() {
  stream_->finish_writing();
  enter(Phase::lingering);
  arm(hub_.limits.drain_timeout);
  drain();
}

/// Below TLS: what nobody reads need not be decrypted.
void Connection::drain() {
  for (int turn = 0; turn < turns; ++turn) {
    const ssize_t count =
        ::recv(socket_.native_handle(), hub_.scratch.data(), hub_.scratch.size(), 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return wait(Step::want_read);
    if (count <= 0) return close();
    drained_ += static_cast<std::size_t>(count);
    ::explicit_bzero(hub_.scratch.data(), static_cast<std::size_t>(count));
    if (drained_ > hub_.limits.drain_bytes) return close();
  }
  later();
}

}  // namespace portal::http
