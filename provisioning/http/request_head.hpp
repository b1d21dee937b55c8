#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "http/message.hpp"

namespace portal::http {

/// The length of the head at the front of `bytes`, with its empty line; nothing if it is not
/// complete. `from` is where an earlier search of the same bytes ended.
std::optional<std::size_t> head_length(std::string_view bytes, std::size_t from = 0) noexcept;

/// Whether each line ends in CRLF, none is folded (RFC 9112 section 5.2) and no NUL is inside.
bool has_clean_lines(std::string_view head) noexcept;

/// What the fields of a head say about the body and the host.
struct HeadVerdict {
  int status = 0;  ///< 0, or the error to answer with
  bool expects_continue = false;
};

/// Judges the fields of `request` and sets its host. `is_http_1_0`: Host may be missing, a transfer
/// coding may not be there.
HeadVerdict judge_head(Request& request, bool is_http_1_0);

}  // namespace portal::http
