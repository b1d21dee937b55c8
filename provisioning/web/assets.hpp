#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "http/router.hpp"

namespace portal::web {

/// "/assets/portal.<hash>.css": the address of an embedded asset. It changes with the content, so
/// browsers may keep it for ever.
std::string asset_path(std::string_view name);

/// One route for each embedded asset. `strict_transport`: HSTS, 0 for none.
void add_asset_routes(http::Router& router, std::chrono::seconds strict_transport);

}  // namespace portal::web
