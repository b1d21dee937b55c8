#pragma once

#include <cstddef>
#include <memory>

#include "http/message.hpp"
#include "http/wiped_buffer.hpp"

namespace portal::http {

/// Reads one HTTP/1 request from bytes as they come (RFC 9112). Hides Boost.Beast.
///
/// Stricter than the standard where a proxy in front could read the same bytes differently: no line
/// folding, no bare CR or LF, one Content-Length of digits alone, no transfer coding but "chunked",
/// never both; exactly one Host from HTTP/1.1 on. Trailers are read and dropped.
class RequestParser {
 public:
  enum class State {
    head,      ///< the head is not complete
    body,      ///< the head is complete and good, the body is not complete
    complete,  ///< `take()` gives the request
    failed,    ///< `status()` says with what to answer; nothing more can be read
  };

  RequestParser(std::size_t header_bytes, std::size_t body_bytes);
  ~RequestParser();

  /// Takes what belongs to this request away from the front of `input`; what follows (a pipelined
  /// request) stays there.
  State feed(WipedBuffer& input);

  /// 400, 413, 414, 417, 431, 501 or 505.
  int status() const;
  /// The client waits for "100 Continue" before it sends the body (RFC 9110 section 10.1.1).
  bool expects_continue() const;
  /// The connection may be used again (RFC 9112 section 9.3).
  bool keep_alive() const;
  /// The client speaks HTTP/1.0: it must be told that the connection stays.
  bool is_http_1_0() const;
  /// What is known so far; in a failed state for the error page.
  const Request& request() const;
  Request take();

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace portal::http
