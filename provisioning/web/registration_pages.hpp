#pragma once

#include <optional>
#include <string>

#include "domain/registration.hpp"
#include "web/gate.hpp"
#include "web/house.hpp"

namespace portal::web {

/// The wizard, steps 0 to 6 of DESIGN.md section 1. What may be done when is the domain's to say:
/// each page first asks where the registration stands and leads there (requirement R8).
class RegistrationPages {
 public:
  explicit RegistrationPages(House& house) : house_(house) {}
  void add_routes(http::Router& router, const Gate& gate);

 private:
  using Outcome = RegistrationService::Outcome<>;

  /// What the person has typed into the current page and may see again.
  struct Typed {
    std::string email = {};
    std::string phone = {};
    std::string factor = {};
  };

  // Steps 0 and 1: nobody is known yet (registration_identity.cpp).
  http::Response audience(const Visit& visit, const Problems& problems) const;
  http::Response choose_audience(const Visit& visit) const;
  http::Response identity(const Visit& visit, const Audience& chosen,
                          const Problems& problems) const;
  http::Response show_identity(const Visit& visit) const;
  http::Response identify(const Visit& visit) const;

  // Steps 2 to 6 (registration_acts.cpp).
  http::Response show(const Visit& visit, RegistrationStep page) const;
  http::Response choose_credentials(const Visit& visit) const;
  http::Response confirm_mail(const Visit& visit) const;
  http::Response resend_mail(const Visit& visit) const;
  http::Response correct_address(const Visit& visit) const;
  http::Response choose_factor(const Visit& visit) const;
  http::Response reconsider_factor(const Visit& visit) const;
  http::Response give_phone(const Visit& visit) const;
  http::Response confirm_sms(const Visit& visit) const;
  http::Response resend_sms(const Visit& visit) const;
  http::Response confirm_app(const Visit& visit) const;

  /// The registration of this browser at this portal.
  Result<std::optional<RegistrationView>> find(const Visit& visit) const;
  /// What a page answers when the domain has spoken: on to the next step, or this one again.
  /// `note` is added to the next page's address.
  http::Response answer(const Visit& visit, const Outcome& outcome, const Typed& typed,
                        std::string_view note = {}) const;
  /// This page again, with what was wrong; or the right one, if this is not it any more.
  http::Response again(const Visit& visit, const Problems& problems, const Typed& typed) const;

  // The page of each step (registration_views.cpp).
  http::Response page_of(const Visit& visit, const RegistrationView& view, const Typed& typed,
                         const Problems& problems) const;
  Page credentials_page(const Visit& visit, const Typed& typed, const Problems& problems) const;
  Page mail_code_page(const Visit& visit, const RegistrationView& view, const Typed& typed,
                      const Problems& problems) const;

  House& house_;
};

}  // namespace portal::web
