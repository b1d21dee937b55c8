#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace portal::http {

/// Longest request target that is read; longer ones are 414 (RFC 9110 section 15.5.15).
inline constexpr std::size_t max_target_bytes = 4'096;

/// A request target in origin-form (RFC 9112 section 3.2.1).
struct Target {
  std::string path;   ///< decoded once
  std::string query;  ///< as sent, without '?'
};

/// Fails: malformed. Refused on purpose: absolute-form (it names a second host; only forward
/// proxies are spoken to that way), authority-form and "*"; a fragment; an encoded slash or a
/// backslash (neighbours disagree on what they mean); "." and ".." segments, encoded or not (a
/// browser has resolved them); control characters, NUL, broken UTF-8.
Result<Target> parse_target(std::string_view target);

/// The host of a Host header in lower case, without port. Fails: malformed (empty, user
/// information, a bad port, characters that no host has).
Result<std::string> parse_host(std::string_view value);

}  // namespace portal::http
