#pragma once

#include <string>

#include "base/clock.hpp"
#include "http/message.hpp"

namespace portal::http {

/// What the connection knows about the answer to one request.
struct Framing {
  bool keep_alive = false;
  bool is_http_1_0 = false;
};

/// The status line and headers of `response`, with Date (RFC 9110 section 6.6.1), Content-Length
/// and Connection. A header that the server sets itself, or that would break out of its line, is
/// left out. A status that no response has becomes 500.
std::string head_of(const Response& response, const Framing& framing, UtcTime now);

/// Whether a response with this status to this method carries its body (RFC 9110 section 6.4.1).
bool has_body(const Response& response, Method method) noexcept;

/// IMF-fixdate: "Sun, 06 Nov 1994 08:49:37 GMT", whatever the locale.
std::string http_date(UtcTime time);

}  // namespace portal::http
