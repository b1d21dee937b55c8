#include "base/result.hpp"

namespace portal {

std::string_view name_of(Errc code) noexcept {
  switch (code) {
    case Errc::not_found: return "not_found";
    case Errc::denied: return "denied";
    case Errc::rate_limited: return "rate_limited";
    case Errc::unavailable: return "unavailable";
    case Errc::malformed: return "malformed";
    case Errc::conflict: return "conflict";
    case Errc::internal: return "internal";
  }
  return "internal";
}

}  // namespace portal
