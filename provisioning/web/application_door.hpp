#pragma once

#include "web/gate.hpp"
#include "web/house.hpp"

namespace portal::web {

/// GET /session/check, for the proxy before an application (nginx's auth_request): 200 with who has
/// the session in X-Portal-Account, -Person, -Factor and -Login-Time; or 401 with the page to log
/// in at, on this host, in X-Portal-Login. The address that was asked for comes in X-Original-URI.
/// Counts as activity of the session (requirement W3).
class ApplicationDoor {
 public:
  explicit ApplicationDoor(House& house) : house_(house) {}
  void add_routes(http::Router& router, const Gate& gate);

 private:
  http::Response check(const Visit& visit) const;

  House& house_;
};

}  // namespace portal::web
