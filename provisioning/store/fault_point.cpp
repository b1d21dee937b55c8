#include "store/fault_point.hpp"

#include <csignal>
#include <cstdlib>

namespace portal {

#ifdef PORTAL_FAULT_POINTS
void fault_point(std::string_view label, std::string_view moment) noexcept {
  static const char* const chosen = std::getenv("PORTAL_CRASH_AT");
  if (chosen == nullptr) return;
  const std::string_view point(chosen);
  if (point.size() == label.size() + 1 + moment.size() && point.starts_with(label) &&
      point[label.size()] == ':' && point.ends_with(moment)) {
    std::raise(SIGKILL);
  }
}
#else
void fault_point(std::string_view, std::string_view) noexcept {}
#endif

}  // namespace portal
