#pragma once

#include "web/gate.hpp"
#include "web/house.hpp"

namespace portal::web {

/// What a person who is logged in sees, and the way out.
class AccountPages {
 public:
  explicit AccountPages(House& house) : house_(house) {}
  void add_routes(http::Router& router, const Gate& gate);

 private:
  http::Response show(const Visit& visit) const;
  http::Response show_terms(const Visit& visit) const;
  http::Response accept_terms(const Visit& visit) const;
  http::Response log_out(Visit& visit) const;

  http::Response terms_page(const Visit& visit, const Problems& problems) const;

  House& house_;
};

}  // namespace portal::web
