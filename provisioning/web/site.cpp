#include "web/site.hpp"

#include "web/account_pages.hpp"
#include "web/application_door.hpp"
#include "web/assets.hpp"
#include "web/factor_pages.hpp"
#include "web/gate.hpp"
#include "web/house.hpp"
#include "web/login_pages.hpp"
#include "web/password_pages.hpp"
#include "web/public_pages.hpp"
#include "web/recovery_pages.hpp"
#include "web/registration_pages.hpp"
#include "web/reset_pages.hpp"
#include "web/session_pages.hpp"

namespace portal::web {

class Site::Implementation {
 public:
  Implementation(const Neighbours& neighbours, const SiteSettings& settings)
      : looks_(neighbours.portals),
        house_{neighbours, settings,
               Pages(neighbours.phrases, looks_, settings.refusal_schedule, settings.session_idle),
               OwnAccountService(neighbours.store, neighbours.clock),
               VisitorService(neighbours.store)},
        gate_({neighbours.portals, neighbours.phrases, neighbours.keyring, neighbours.sessions,
               house_.pages},
              house_.settings.strict_transport) {}

  void add_routes(http::Router& router) {
    public_.add_routes(router, gate_);
    registration_.add_routes(router, gate_);
    login_.add_routes(router, gate_);
    account_.add_routes(router, gate_);
    recovery_.add_routes(router, gate_);
    sessions_.add_routes(router, gate_);
    application_.add_routes(router, gate_);
    resets_.add_routes(router, gate_);
    passwords_.add_routes(router, gate_);
    factors_.add_routes(router, gate_);
    add_asset_routes(router, house_.settings.strict_transport);
    looks_.add_routes(router, house_.settings.strict_transport);
    router.set_error_page([this](int status, const http::Request& request) {
      return gate_.error_page(status, request);
    });
  }

 private:
  Looks looks_;
  House house_;
  Gate gate_;
  PublicPages public_{house_};
  RegistrationPages registration_{house_};
  LoginPages login_{house_};
  AccountPages account_{house_};
  RecoveryPages recovery_{house_};
  SessionPages sessions_{house_};
  ApplicationDoor application_{house_};
  ResetPages resets_{house_};
  PasswordPages passwords_{house_};
  FactorPages factors_{house_};
};

Site::Site(const Neighbours& neighbours, const SiteSettings& settings)
    : implementation_(std::make_unique<Implementation>(neighbours, settings)) {}
Site::~Site() = default;

void Site::add_routes(http::Router& router) { implementation_->add_routes(router); }

}  // namespace portal::web
