#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace portal::http {

enum class Method { get, head, post, put, patch, delete_, other };

/// Who is at the other end of an administration socket (SO_PEERCRED).
struct Peer {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::int32_t pid = 0;
  std::vector<std::uint32_t> groups;  ///< SO_PEERGROUPS
};

/// One request, complete, bounded and parsed.
struct Request {
  Method method = Method::get;
  std::string path;   ///< decoded once, without query; starts with '/'; no "..", no NUL
  std::string query;  ///< as sent
  std::string host;   ///< Host header in lower case, without port
  /// The client's IP address; from X-Forwarded-For only behind a listed proxy, or on a Unix socket
  /// that is meant for one. Empty on other Unix sockets.
  std::string address;
  std::optional<Peer> peer;  ///< Unix sockets only
  Secret body;
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::map<std::string, std::string> parameters;             ///< what `{name}` in a route matched

  /// The only value of a header; empty if there is none or more than one.
  std::string_view header(std::string_view lower_case_name) const;
  /// The only cookie of that name; nothing if there is none or more than one.
  std::optional<std::string_view> cookie(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::string content_type;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  /// Sent at a multiple of this after its work began (refusals on a fixed schedule, see
  /// base/refusal_schedule.hpp); held by a timer, not by a thread.
  std::chrono::milliseconds schedule{0};

  /// Refuses (drops) a header whose value has CR, LF or NUL, or whose name is not a token.
  /// Content-Length, Date, Connection and Transfer-Encoding are the server's own: dropped as well
  /// when the response is sent.
  void add_header(std::string name, std::string value);
};

/// Whether a header may be sent: its name is a token, its value has no CR, LF or NUL.
bool is_sendable_header(std::string_view name, std::string_view value) noexcept;

/// One field of a form; move-only because it may hold a password.
struct FormField {
  std::string name;
  Secret value;
};

/// application/x-www-form-urlencoded, decoded. At most 64 fields, names at most 64 bytes, values at
/// most 4,096. An empty body has no fields.
/// Fails: malformed (a field that comes twice, has no '=' or no name; a bad percent escape; a raw
/// byte that is not printable ASCII; NUL or broken UTF-8 after decoding; too many, too long).
Result<std::vector<FormField>> parse_form(std::string_view body);

}  // namespace portal::http
