#pragma once

#include "api/access.hpp"
#include "domain/administration.hpp"
#include "domain/imports.hpp"
#include "domain/invited_people.hpp"
#include "domain/mail_trial.hpp"
#include "domain/outbox_administration.hpp"
#include "domain/sms_trial.hpp"

namespace portal {
class KeyRotation;
}

namespace portal::api {

// Each adds the routes of one subject; what they are given outlives the router.

void add_import_routes(GuardedRouter router, ImportService& service, const Portals& portals);
void add_code_routes(GuardedRouter router, AdministrationService& service);
void add_account_routes(GuardedRouter router, AdministrationService& service);
void add_session_routes(GuardedRouter router, AdministrationService& service);
void add_audit_routes(GuardedRouter router, AdministrationService& service);
void add_person_routes(GuardedRouter router, InvitedPeople& people);
void add_outbox_routes(GuardedRouter router, OutboxAdministration& outbox);
void add_mail_routes(GuardedRouter router, MailTrialService& trials);
void add_sms_routes(GuardedRouter router, SmsTrialService& trials);
void add_key_routes(GuardedRouter router, KeyRotation& rotation);

}  // namespace portal::api
