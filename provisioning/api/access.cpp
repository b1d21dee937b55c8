#include "api/access.hpp"

#include <algorithm>
#include <utility>

#include "api/problem.hpp"
#include "base/log.hpp"

namespace portal::api {
namespace {

void log_refusal(const http::Request& request) {
  const std::string uid = request.peer ? std::to_string(request.peer->uid) : "unknown";
  const std::string pid = request.peer ? std::to_string(request.peer->pid) : "unknown";
  log(LogLevel::warning, "administration refused", {{"uid", uid}, {"pid", pid}});
}

}  // namespace

Result<Administrator> administrator_of(const http::Request& request,
                                       const std::set<std::uint32_t>& groups) {
  if (!request.peer)
    return fail(Errc::denied, "administration wants a local peer with credentials");
  const http::Peer& peer = *request.peer;
  const auto allowed = [&](std::uint32_t gid) { return groups.contains(gid); };
  if (peer.uid != 0 && !allowed(peer.gid) && std::ranges::none_of(peer.groups, allowed)) {
    return fail(Errc::denied, "administration is for root and the members of the daemon's group");
  }
  return Administrator{"uid " + std::to_string(peer.uid), Source{"local", "administration"}};
}

void GuardedRouter::add(http::Method method, std::string pattern, AdministratorHandler handler) {
  router_.add(method, std::move(pattern),
              [&groups = groups_, handler = std::move(handler)](const http::Request& request) {
                const Result<Administrator> by = administrator_of(request, groups);
                if (by) return handler(request, *by);
                log_refusal(request);
                return to_response(problem_of(by.error()));
              });
}

}  // namespace portal::api
