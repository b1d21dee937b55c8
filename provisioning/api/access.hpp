#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>

#include "base/result.hpp"
#include "domain/administration.hpp"
#include "http/router.hpp"

namespace portal::api {

/// Who is at the other end, if they may administer: root, or a member of one of `groups` by their
/// first or a further group (SO_PEERCRED, SO_PEERGROUPS; requirement C2).
/// Fails: denied, also when there are no credentials.
Result<Administrator> administrator_of(const http::Request& request,
                                       const std::set<std::uint32_t>& groups);

/// A handler that runs only for an administrator.
using AdministratorHandler =
    std::function<http::Response(const http::Request&, const Administrator&)>;

/// The only way for this room to add a route: none can forget to ask who is there.
class GuardedRouter {
 public:
  GuardedRouter(http::Router& router, const std::set<std::uint32_t>& groups)
      : router_(router), groups_(groups) {}
  /// Refuses with 403 and a line in the log whoever may not administer.
  void add(http::Method method, std::string pattern, AdministratorHandler handler);

 private:
  http::Router& router_;
  const std::set<std::uint32_t>& groups_;
};

}  // namespace portal::api
