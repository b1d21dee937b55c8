#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"
#include "daemon/log_settings.hpp"
#include "daemon/setting_key.hpp"
#include "delivery/mail_settings.hpp"
#include "delivery/round.hpp"
#include "delivery/sms/settings.hpp"
#include "delivery/spool.hpp"
#include "directory/ldap_directory.hpp"
#include "domain/portals.hpp"
#include "domain/settings.hpp"
#include "http/server.hpp"
#include "ipc/settings.hpp"
#include "store/sql_store.hpp"

namespace portal {

/// The pages: where they are served and how.
struct WebSettings {
  http::Listener listener{
      http::Listener::Kind::https, "127.0.0.1", 8443, {}, 0600, {}, {}, {}, true};
  http::Limits limits;
  std::chrono::milliseconds refusal_schedule = kDefaultRefusalSchedule;
};

/// The administration API's own socket.
struct AdministrationSettings {
  http::Listener listener{
      http::Listener::Kind::unix_socket, {}, 0, "/run/portald/admin.sock", 0660, {}, {}, {}, false};
  http::Limits limits{.body_bytes = std::size_t{1024} * 1024};  ///< imports come in large rows
};

/// The way that mails and SMS take.
struct OutgoingSettings {
  std::filesystem::path spool = "/var/lib/portald/spool";
  DeliverySettings worker;
};

/// One portal, and what only the daemon must know of it.
struct PortalSettings {
  Portal portal;
  std::string mail_from;
};

/// Everything that an installation decides.
struct Configuration {
  std::filesystem::path key_file = "/etc/portald/portal.key";
  std::filesystem::path common_passwords = "/usr/share/john/password.lst";
  std::chrono::seconds patience_at_end{20};
  std::chrono::seconds housekeeping_pause{300};
  LogSettings log;
  StoreSettings store{"sqlite:///var/lib/portald/portal.db"};
  LdapSettings directory;
  RegistrationSettings registration;
  LoginSettings login;
  SmsSettings sms;  ///< as it stands in `registration` and `login` too
  SmsGatewaysSettings sms_gateways;
  WebSettings web;
  ipc::Settings pam;
  AdministrationSettings administration;
  OutgoingSettings delivery;
  MailSettings mail;
  std::vector<PortalSettings> portals;
};

/// Every key that a configuration file may have. Its default is that of the struct it sets.
const Keys<Configuration>& configuration_keys();

/// Reads a file as config/portald.toml describes it. Relative paths count from the file's folder.
/// Fails: not_found, unavailable (the file); malformed: the detail has every problem of the file on
/// a line of its own, "FILE:LINE:COLUMN: what is wrong" (unknown keys, wrong types, values out of
/// range, secrets that others can read).
Result<Configuration> load_configuration(const std::filesystem::path& file);

}  // namespace portal
