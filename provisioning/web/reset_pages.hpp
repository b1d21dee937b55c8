#pragma once

#include <optional>
#include <string>

#include "domain/password_reset.hpp"
#include "web/gate.hpp"
#include "web/house.hpp"

namespace portal::web {

/// A forgotten password, in four steps: the address, the code from the mail, the second factor, the
/// new password (requirement P4). What may be done when is the domain's to say: each page first
/// asks where the reset stands and leads there (R8). Whether an address has an account shows
/// nowhere.
class ResetPages {
 public:
  explicit ResetPages(House& house) : house_(house) {}
  void add_routes(http::Router& router, const Gate& gate);

 private:
  using Outcome = PasswordResetService::Outcome<>;

  http::Response begin(const Visit& visit) const;
  http::Response take_up(const Visit& visit) const;
  http::Response show(const Visit& visit, ResetStep page) const;
  http::Response confirm_mail(const Visit& visit) const;
  http::Response resend_mail(const Visit& visit) const;
  http::Response confirm_factor(const Visit& visit) const;
  http::Response call_factor(const Visit& visit) const;
  http::Response change(const Visit& visit) const;

  /// What a first page answers when a reset has begun, or not.
  http::Response begun(const Visit& visit, const PasswordResetService::Begun& outcome,
                       bool with_code) const;
  /// The reset of this browser at this portal.
  Result<std::optional<ResetView>> find(const Visit& visit) const;
  /// What a page answers when the domain has spoken: on to the next step, or this one again.
  /// `note` is added to the next page's address.
  http::Response answer(const Visit& visit, const Outcome& outcome,
                        std::string_view note = {}) const;
  /// This page again, with what was wrong; or the right one, if this is not it any more.
  http::Response again(const Visit& visit, const Problems& problems) const;

  // The pages (reset_views.cpp).
  http::Response address_page(const Visit& visit, const Problems& problems) const;
  http::Response with_code_page(const Visit& visit, const Problems& problems) const;
  http::Response page_of(const Visit& visit, const ResetView& view, const Problems& problems) const;
  static Page mail_code_page(const Visit& visit, const ResetView& view, const Problems& problems);
  static Page factor_page(const Visit& visit, const ResetView& view, const Problems& problems);
  Page password_page(const Visit& visit, const Problems& problems) const;

  House& house_;
};

/// The page of a reset's step: where every redirect leads.
std::string path_of(ResetStep step);

}  // namespace portal::web
