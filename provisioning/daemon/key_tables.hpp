#pragma once

#include "daemon/configuration.hpp"

/// The tables of keys, one for each settings struct; `configuration_keys` puts them together.
namespace portal::key_tables {

Keys<LogSettings> of_log();
Keys<StoreSettings> of_store();
Keys<LdapSettings> of_directory();
Keys<RegistrationSettings> of_registration();
Keys<LoginSettings> of_login();
Keys<SmsSettings> of_sms();
Keys<SmsGatewaysSettings> of_sms_gateways();
Keys<WebSettings> of_web();
Keys<AdministrationSettings> of_administration();
Keys<ipc::Settings> of_pam();
Keys<OutgoingSettings> of_delivery();
Keys<MailSettings> of_mail();
Keys<PortalSettings> of_portal();
Keys<Look> of_look();

}  // namespace portal::key_tables
