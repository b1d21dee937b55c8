#include "daemon/services.hpp"

namespace portal {
namespace {

RegistrationService::Neighbours registration_on(Directory& directory,
                                                const Services::Needs& needs) {
  return {needs.store, directory,     needs.base.totp,          needs.base.keyring,
          needs.clock, needs.portals, needs.base.password_rules};
}

}  // namespace

Services::Services(const Needs& needs)
    : settling(registration_on(needs.directory, needs), needs.configuration.registration),
      registrations(registration_on(needs.gate, needs), needs.configuration.registration),
      enrolments({needs.base.totp, needs.base.qr_codes, *needs.base.words, needs.portals},
                 needs.configuration.login, needs.configuration.registration),
      logins({needs.store, needs.gate, needs.base.totp, needs.base.keyring, needs.clock,
              *needs.base.words, needs.portals, enrolments},
             needs.configuration.login),
      password_changes({needs.store, needs.gate, logins.passwords(), needs.base.totp, needs.clock,
                        *needs.base.words, needs.portals, needs.base.password_rules},
                       needs.configuration.login),
      password_resets({needs.store, needs.gate, needs.base.totp, needs.base.keyring, needs.clock,
                       needs.portals, needs.base.password_rules},
                      needs.configuration.login),
      recovery({needs.store, needs.base.totp, needs.clock, needs.portals},
               needs.configuration.login),
      factor_changes({needs.store, logins.passwords(), enrolments, needs.base.totp,
                      needs.base.keyring, needs.clock, needs.portals},
                     needs.configuration.login),
      sessions(needs.store, needs.base.keyring, needs.clock, needs.base.host->id(),
               needs.configuration.login),
      host_sessions(needs.store, *needs.base.host, needs.clock),
      administration(needs.store, needs.gate, needs.clock, needs.portals,
                     needs.configuration.registration),
      imports(needs.store, needs.clock, needs.configuration.registration),
      invited(needs.store, needs.clock),
      outbox(needs.store, needs.clock) {}

}  // namespace portal
