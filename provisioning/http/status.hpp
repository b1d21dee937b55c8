#pragma once

#include <string_view>

namespace portal::http {

/// The reason phrase of a status (RFC 9110 section 15); "Status" for one not known here.
std::string_view reason_of(int status) noexcept;

}  // namespace portal::http
