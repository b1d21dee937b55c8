// The parser of HTTP requests. Whatever the bytes and the pieces they come in: no crash, the same
// verdict in one piece as byte by byte, and what it takes keeps the promises of http::Request.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "http/request_parser.hpp"

using namespace portal;
using http::Request;
using http::RequestParser;
using http::WipedBuffer;
using State = http::RequestParser::State;

namespace {

constexpr std::size_t header_limit = 1'024;
constexpr std::size_t body_limit = 256;

void require(bool holds) {
  if (!holds) std::abort();
}

/// Feeds `bytes` in pieces until a verdict.
State feed(RequestParser& parser, std::string_view bytes, std::size_t piece) {
  WipedBuffer input;
  State state = State::head;
  while (!bytes.empty() && state != State::complete && state != State::failed) {
    const std::string_view part = bytes.substr(0, piece);
    bytes.remove_prefix(part.size());
    input.insert(input.end(), part.begin(), part.end());
    state = parser.feed(input);
  }
  return state;
}

void keeps_its_promises(const Request& request) {
  require(!request.path.empty() && request.path.front() == '/');
  require(request.path.find('\0') == std::string::npos);
  require(request.path.find("/../") == std::string::npos && !request.path.ends_with("/.."));
  require(request.body.size() <= body_limit);
  for (const auto& [name, value] : request.headers) {
    require(!name.empty() && http::is_sendable_header(name, value));
    for (const char c : name) require(c < 'A' || c > 'Z');
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  RequestParser whole(header_limit, body_limit);
  RequestParser dripping(header_limit, body_limit);
  const State state = feed(whole, bytes, bytes.size());
  const State state_dripping = feed(dripping, bytes, 1);
  // A fault further on may already be seen in one piece, never the other way round.
  if (state == State::complete) require(state_dripping == State::complete);
  if (state == State::failed) {
    require(state_dripping != State::complete);
    require(whole.status() >= 400 && whole.status() <= 505);
  }
  if (state != State::complete) return 0;
  const Request request = whole.take();
  const Request same = dripping.take();
  keeps_its_promises(request);
  require(request.path == same.path && request.query == same.query && request.host == same.host);
  require(request.headers == same.headers && request.body.equals(same.body));
  return 0;
}
