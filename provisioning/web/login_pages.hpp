#pragma once

#include "domain/login.hpp"
#include "domain/sessions.hpp"
#include "web/gate.hpp"
#include "web/house.hpp"

namespace portal::web {

/// Log in by user name and password, then the second factor; the same engine as PAM. A second
/// letter (a registration at `log_in`) is joined to the account by it.
class LoginPages {
 public:
  explicit LoginPages(House& house) : house_(house) {}
  void add_routes(http::Router& router, const Gate& gate);

 private:
  http::Response show_password(const Visit& visit) const;
  http::Response answer_password(const Visit& visit) const;
  http::Response show_code(const Visit& visit) const;
  http::Response answer_code(Visit& visit) const;
  http::Response resend(const Visit& visit) const;

  /// The password was right and there is no second factor: on to the pages of the letter that
  /// waits, where one is set up.
  http::Response to_new_factor(const Visit& visit, const LoginConversation& conversation) const;

  http::Response password_page(const Visit& visit, const Problems& problems) const;
  http::Response code_page(const Visit& visit, const PendingLogin& pending,
                           const Problems& problems) const;
  /// The person is in: joins a waiting letter, opens the session.
  http::Response let_in(Visit& visit, const PendingLogin& pending, const Granted& granted) const;

  /// The login of this browser that waits for its code.
  Result<std::optional<PendingLogin>> find_pending(const Visit& visit) const;
  /// The registration that waits for its owner to log in; empty if there is none.
  RegistrationId waiting_letter(const Visit& visit) const;
  LoginConversation conversation(const Visit& visit) const;

  House& house_;
};

}  // namespace portal::web
