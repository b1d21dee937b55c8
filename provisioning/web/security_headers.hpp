#pragma once

#include <chrono>

#include "http/message.hpp"

namespace portal::web {

enum class Caching { never, for_ever };

/// The headers of every answer of the site (requirement W5). `strict_transport` 0: no HSTS.
void add_security_headers(http::Response& response, Caching caching,
                          std::chrono::seconds strict_transport);

}  // namespace portal::web
