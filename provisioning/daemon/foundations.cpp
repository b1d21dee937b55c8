#include "daemon/foundations.hpp"

#include <utility>

#include "domain/password_limits.hpp"
#include "http/tls.hpp"

namespace portal {

Result<Foundations> Foundations::lay(Configuration& configuration) {
  auto keyring = Keyring::load(configuration.key_file);
  if (!keyring) return fail(std::move(keyring).error());
  auto rules =
      PasswordRules::load(configuration.registration.profile, configuration.common_passwords);
  if (!rules) return fail(std::move(rules).error());
  auto words = Catalogue::load();
  if (!words) return fail(std::move(words).error());
  auto totp = OathTotpCodes::create();
  if (!totp) return fail(std::move(totp).error());
  auto directory = LdapDirectory::open(std::move(configuration.directory));
  if (!directory) return fail(std::move(directory).error());
  auto host = SystemdHost::look();
  if (!host) return fail(std::move(host).error());
  std::vector<SmsGateway> sms_gateways;
  for (SmsGatewaySettings& settings : configuration.sms_gateways.gateways) {
    auto gateway = SmsGateway::open(std::move(settings));
    if (!gateway) return fail(std::move(gateway).error());
    sms_gateways.push_back(std::move(*gateway));
  }
  return Foundations{std::move(*keyring), std::move(*rules),      std::move(*words),
                     std::move(*totp),    std::move(*directory),  {},
                     std::move(*host),    std::move(sms_gateways)};
}

Result<std::string> check_house(Configuration configuration) {
  const auto foundations = Foundations::lay(configuration);
  if (!foundations) return fail(foundations.error());
  const http::Listener& web = configuration.web.listener;
  if (web.kind == http::Listener::Kind::https) {
    const auto tls = http::TlsContext::load(web.certificate, web.private_key);
    if (!tls) return fail(tls.error());
  }
  auto compared = compare_limits(configuration.login, *foundations->directory);
  if (!compared)
    return "the directory's limit on wrong passwords could not be compared with the settings in "
           "[login]: " +
           compared.error().detail;
  if (compared->outcome == LimitsComparison::Outcome::unsafe)
    return fail(Errc::malformed, std::move(compared->told));
  return std::move(compared->told);
}

}  // namespace portal
