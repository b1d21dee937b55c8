#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/keyring.hpp"
#include "base/result.hpp"
#include "daemon/configuration.hpp"
#include "daemon/systemd_host.hpp"
#include "delivery/sms/gateway.hpp"
#include "directory/ldap_directory.hpp"
#include "factors/qr.hpp"
#include "factors/totp.hpp"
#include "identity/password_rules.hpp"
#include "messages/catalogue.hpp"

namespace portal {

/// What can be made without touching anything outside: secrets, words, rules.
struct Foundations {
  Keyring keyring;
  PasswordRules password_rules;
  std::unique_ptr<Catalogue> words;
  OathTotpCodes totp;
  std::unique_ptr<LdapDirectory> directory;
  QrencodeQrCodes qr_codes;
  std::unique_ptr<SystemdHost> host;
  std::vector<SmsGateway> sms_gateways;

  /// Takes the settings of directory and SMS gateways out of `configuration`. Fails: as the first
  /// part that cannot be used.
  static Result<Foundations> lay(Configuration& configuration);
};

/// Whether a house could be built from a configuration: key file, password list, directory settings
/// and words are looked at, and the directory is asked for its limit on wrong passwords; nothing is
/// made or changed. Gives what an administrator should know, empty if there is nothing: a directory
/// that does not answer is no mistake of the configuration.
/// Fails: as the first part that cannot be used; malformed (the directory locks people out before
/// the portal's throttle stops wrong passwords).
Result<std::string> check_house(Configuration configuration);

}  // namespace portal
