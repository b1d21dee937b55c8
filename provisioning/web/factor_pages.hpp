#pragma once

#include <string>
#include <string_view>

#include "domain/factor_change.hpp"
#include "web/gate.hpp"
#include "web/house.hpp"

namespace portal::web {

/// Change the second factor, or the number of the phone (requirement A3). As in the wizard, each
/// page first asks where the change stands and leads there (R8).
class FactorPages {
 public:
  explicit FactorPages(House& house) : house_(house) {}
  void add_routes(http::Router& router, const Gate& gate);

 private:
  using Way = FactorEnrolment::Step;

  http::Response begin(const Visit& visit) const;
  http::Response prove(const Visit& visit) const;
  http::Response choose(const Visit& visit) const;
  http::Response choose_again(const Visit& visit) const;
  http::Response give_phone(const Visit& visit) const;
  http::Response resend(const Visit& visit) const;
  http::Response confirm(const Visit& visit) const;
  http::Response show(const Visit& visit, Way page) const;

  http::Response proof_page(const Visit& visit, const Problems& problems) const;
  http::Response page_of(const Visit& visit, const FactorChangeView& view, Way page,
                         const Problems& problems) const;
  Result<std::optional<FactorChangeView>> find(const Visit& visit) const;
  /// What a page answers when the domain has spoken: on to the next step, or this one again.
  http::Response answer(const Visit& visit, const FactorChangeService::Step& outcome,
                        std::string_view note = {}) const;
  http::Response again(const Visit& visit, const Problems& problems) const;

  House& house_;
};

}  // namespace portal::web
