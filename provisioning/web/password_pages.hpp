#pragma once

#include "domain/password_change.hpp"
#include "web/gate.hpp"
#include "web/house.hpp"

namespace portal::web {

/// Change the password (requirement P4): the present one and the second factor, and the new one
/// twice, on one page. This session goes on, the others are over (W4).
class PasswordPages {
 public:
  explicit PasswordPages(House& house) : house_(house) {}
  void add_routes(http::Router& router, const Gate& gate);

 private:
  http::Response begin(const Visit& visit) const;
  http::Response show(const Visit& visit, const Problems& problems) const;
  http::Response change(const Visit& visit) const;

  static LoginConversation owner_of(const Visit& visit);

  House& house_;
};

}  // namespace portal::web
