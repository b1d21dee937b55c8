#include "directory/probe_entries.hpp"

#include <array>
#include <chrono>
#include <ctime>

#include "base/random.hpp"

namespace portal::directory {
namespace {

constexpr std::string_view kPrefix = "portald-probe-";
/// A proof takes seconds; the clocks of daemon and directory may be minutes apart.
constexpr std::chrono::minutes kOld{10};
constexpr std::chrono::seconds kPatience{1};
constexpr int kMostAtOnce = 50;

/// RFC 4517 section 3.3.13, in UTC: "20260131235959Z".
std::string generalized_time(UtcTime time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(
      std::chrono::time_point_cast<std::chrono::system_clock::duration>(time));
  std::tm parts{};
  (void)::gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y%m%d%H%M%SZ", &parts)};
}

}  // namespace

std::string new_probe_uid() { return std::string(kPrefix) + random_identifier(); }

void remove_old_probes(Connection& service, const std::string& base, UtcTime now) {
  const Deadline deadline = Deadline::after(kPatience);
  const Search search{.base = base,
                      .scope = Scope::subtree,
                      .filter = "(&(uid=" + std::string(kPrefix) +
                                "*)(cn=" + std::string(kProbeName) +
                                ")(createTimestamp<=" + generalized_time(now - kOld) + "))",
                      .size_limit = kMostAtOnce};
  for (const FoundEntry& left : service.search(search, deadline).entries) {
    (void)service.remove(left.dn, deadline);
    if (service.broken()) return;
  }
}

}  // namespace portal::directory
