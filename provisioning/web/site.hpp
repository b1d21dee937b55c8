#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "domain/settings.hpp"
#include "identity/password_rules.hpp"

namespace portal {

class Clock;
class FactorChangeService;
class Keyring;
class LoginService;
class PasswordChangeService;
class PasswordResetService;
class Phrasebook;
class Portals;
class QrCodes;
class RecoveryService;
class RegistrationService;
class SessionService;
class Store;

namespace http {
class Router;
}

namespace web {

struct SiteSettings {
  /// Refusals leave this long after the request came in (DESIGN.md section 4).
  std::chrono::milliseconds refusal_schedule = kDefaultRefusalSchedule;
  std::chrono::seconds session_idle{15 * 60};  ///< as LoginSettings has it: pages warn before (W3)
  std::string home_region = "CH";  ///< completes a phone number typed without its country
  PasswordProfile password_profile = PasswordProfile::portal;  ///< which rules the page tells
  std::chrono::seconds strict_transport{365 * 24 * 3600};      ///< HSTS; 0 s sends none
};

/// The pages that people see: registration, log in, account, log out; for every portal of the
/// installation, told apart by the Host header.
class Site {
 public:
  struct Neighbours {
    RegistrationService& registrations;
    LoginService& logins;
    SessionService& sessions;
    Store& store;
    const Portals& portals;
    const Phrasebook& phrases;
    const QrCodes& qr_codes;
    const Keyring& keyring;
    const Clock& clock;
    RecoveryService& recovery;
    PasswordResetService& resets;
    PasswordChangeService& password_changes;
    FactorChangeService& factor_changes;
  };

  /// Reads every template in every language once. The neighbours must outlive the site.
  /// Throws std::logic_error if a template is damaged, which the tests would have found.
  Site(const Neighbours& neighbours, const SiteSettings& settings);
  ~Site();
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;

  /// Adds every route and the page for errors. The site must outlive the router.
  void add_routes(http::Router& router);

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace web
}  // namespace portal
