#pragma once

#include "daemon/foundations.hpp"
#include "domain/administration.hpp"
#include "domain/factor_change.hpp"
#include "domain/factor_enrolment.hpp"
#include "domain/host_sessions.hpp"
#include "domain/imports.hpp"
#include "domain/invited_people.hpp"
#include "domain/login.hpp"
#include "domain/outbox_administration.hpp"
#include "domain/password_change.hpp"
#include "domain/password_reset.hpp"
#include "domain/recovery.hpp"
#include "domain/registration.hpp"
#include "domain/sessions.hpp"

namespace portal {

/// All that the product does, one service for each. They stand in the order of their needs.
struct Services {
  /// All of it must outlive the services.
  struct Needs {
    Store& store;
    Directory& directory;  ///< past the gate
    Directory& gate;       ///< the directory, once it has been proven safe
    const Clock& clock;
    const Portals& portals;
    const Foundations& base;
    const Configuration& configuration;
  };
  explicit Services(const Needs& needs);

  RegistrationService settling;  ///< past the gate
  RegistrationService registrations;
  FactorEnrolments enrolments;
  LoginService logins;
  PasswordChangeService password_changes;
  PasswordResetService password_resets;
  RecoveryService recovery;
  FactorChangeService factor_changes;
  SessionService sessions;
  HostSessions host_sessions;
  AdministrationService administration;
  ImportService imports;
  InvitedPeople invited;
  OutboxAdministration outbox;
};

}  // namespace portal
