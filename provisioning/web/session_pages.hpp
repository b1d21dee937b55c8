#pragma once

#include "web/gate.hpp"
#include "web/house.hpp"

namespace portal::web {

/// Where a person is logged in, and was lately; each session can be ended from here.
class SessionPages {
 public:
  explicit SessionPages(House& house) : house_(house) {}
  void add_routes(http::Router& router, const Gate& gate);

 private:
  http::Response show(const Visit& visit) const;
  http::Response end(const Visit& visit) const;

  House& house_;
};

}  // namespace portal::web
