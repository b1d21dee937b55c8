#pragma once

#include "web/gate.hpp"
#include "web/house.hpp"

namespace portal::web {

/// New recovery codes for a person who is logged in: the second factor once more, then ten codes,
/// shown in the answer to the form and never again (requirement A1).
class RecoveryPages {
 public:
  explicit RecoveryPages(House& house) : house_(house) {}
  void add_routes(http::Router& router, const Gate& gate);

 private:
  http::Response begin(const Visit& visit) const;
  http::Response show(const Visit& visit) const;
  http::Response issue(const Visit& visit) const;

  http::Response code_page(const Visit& visit, const Problems& problems) const;
  static FactorClaim claim_of(const Visit& visit);

  House& house_;
};

}  // namespace portal::web
