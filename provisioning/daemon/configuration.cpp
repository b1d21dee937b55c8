#include "daemon/configuration.hpp"

#include <set>

#include "base/file.hpp"
#include "base/hash.hpp"
#include "daemon/key_tables.hpp"
#include "daemon/shapes.hpp"
#include "delivery/mail_message.hpp"

namespace portal {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kLargestFile = std::size_t{1024} * 1024;
constexpr std::chrono::hours kLetterLifetimeOfNist{30 * 24};

/// What the shipped file shows for [[portal]].
constexpr std::string_view kPortalExample = R"([[portal]]
id = "flex"
host = "flex.portal.example"
mail_from = "Portail flex <no-reply@flex.portal.example>"
name.fr = "Portail flex"
name.de = "Portal flex"
name.it = "Portale flex"
name.en = "flex portal"
audience = [
  { id = "insured", name = { fr = "Assurés et pensionnés", de = "Versicherte und Rentner", it = "Assicurati e pensionati", en = "Insured persons and pensioners" } },
  { id = "employer", name = { fr = "Employeurs", de = "Arbeitgeber", it = "Datori di lavoro", en = "Employers" }, may_register = false },
]
terms.version = "2025-01"
terms.text.fr = "terms/flex.fr.txt"
terms.text.de = "terms/flex.de.txt"
terms.text.it = "terms/flex.it.txt"
terms.text.en = "terms/flex.en.txt"

[[portal]]
id = "1e"
host = "1e.portal.example"
mail_from = "Portail 1e <no-reply@1e.portal.example>"
name.fr = "Portail 1e"
name.de = "Portal 1e"
name.it = "Portale 1e"
name.en = "1e portal"
audience = [
  { id = "insured", name = { fr = "Assurés", de = "Versicherte", it = "Assicurati", en = "Insured persons" } },
]
terms.version = "2025-01"
terms.text.fr = "terms/1e.fr.txt"
terms.text.de = "terms/1e.de.txt"
terms.text.it = "terms/1e.it.txt"
terms.text.en = "terms/1e.en.txt"
)";

Keys<Configuration> make_keys() {
  using S = Configuration;
  using namespace shapes;
  using namespace key_tables;
  return {
      {"key_file", path(&S::key_file, FileUse::secret),
       "The installation's master key, made by `portalctl key generate`. Keep a copy in a safe "
       "place, apart from the store: without it the store is worthless, with it it is readable."},
      {"common_passwords", path(&S::common_passwords),
       "A list of passwords that nobody may choose, one a line. The default is in Debian's package "
       "john-data."},
      {"patience_at_end", duration(&S::patience_at_end, 1s, 5min),
       "How long the daemon lets requests in flight finish when it is asked to end."},
      {"housekeeping_pause", duration(&S::housekeeping_pause, 10s, 24h),
       "How often the daemon forgets what is too old to be needed."},
      {"log", table(&S::log, of_log()), "What the daemon tells its administrators."},
      {"store", table(&S::store, of_store()), "The daemon's memory."},
      {"directory", table(&S::directory, of_directory()),
       "The LDAP directory that owns people and passwords."},
      {"registration", table(&S::registration, of_registration()), "The rules of registering."},
      {"login", table(&S::login, of_login()), "The rules of logging in."},
      {"sms",
       section(joined(lifted(&S::sms, of_sms()), lifted(&S::sms_gateways, of_sms_gateways()))),
       "The budgets of SMS, wherever one is sent, and the gateways that they leave by."},
      {"web", table(&S::web, of_web()), "The pages."},
      {"pam", table(&S::pam, of_pam()), "The socket that the PAM modules speak to."},
      {"administration", table(&S::administration, of_administration()),
       "The API of portalctl, on a Unix socket of its own."},
      {"delivery", table(&S::delivery, of_delivery()), "How mails and SMS leave."},
      {"mail", table(&S::mail, of_mail()), "The relays that mails leave by."},
      {"portal", tables(&S::portals, of_portal()),
       "The portals of this installation, told apart by host name.", true,
       std::string(kPortalExample)},
  };
}

/// The place of a key of the document, or of the document itself.
TextPosition position_of(const TomlValue& document, std::string_view key) {
  for (const TomlValue::Entry& entry : document.entries) {
    if (entry.key == key) return entry.position;
  }
  return document.position;
}

void complete_portal(Portal& portal, const http::Listener& web) {
  if (portal.origin.empty()) {
    portal.origin = "https://" + portal.host;
    if (web.port != 443 && web.kind == http::Listener::Kind::https) {
      portal.origin += ":" + std::to_string(web.port);
    }
  }
  for (const auto& [language, text] : portal.terms.text) {
    portal.terms.hash[language] = hash_of(text);
  }
}

/// What one key cannot know: what two say together.
void check_portals(const Configuration& configuration, TextPosition position, Reading& reading) {
  std::set<std::string> ids;
  std::set<std::string> hosts;
  for (const auto& [portal, mail_from] : configuration.portals) {
    if (!ids.insert(portal.id.text()).second) {
      reading.report(position, "two portals have the id \"" + portal.id.text() + "\"");
    }
    if (!hosts.insert(portal.host).second) {
      reading.report(position, "two portals have the host \"" + portal.host + "\"");
    }
    // One that is missing was told of already.
    if (const auto sender = MailSender::parse(mail_from); !mail_from.empty() && !sender) {
      reading.report(position,
                     "portal \"" + portal.id.text() + "\": mail_from: " + sender.error().detail);
    }
    if (!portal.application.empty() && !portal.may_return_to(portal.application)) {
      reading.report(position, "portal \"" + portal.id.text() +
                                   "\": application must be a path below one of return_paths");
    }
    std::set<std::string> audiences;
    for (const Audience& audience : portal.audiences) {
      if (!audiences.insert(audience.id.text()).second) {
        reading.report(position, "portal \"" + portal.id.text() + "\" has the audience \"" +
                                     audience.id.text() + "\" twice");
      }
    }
  }
}

void check_web(const http::Listener& web, TextPosition position, Reading& reading) {
  if (web.kind == http::Listener::Kind::https &&
      (web.certificate.empty() || web.private_key.empty())) {
    reading.report(position, "web: listen = \"https\" needs certificate and private_key");
  }
  if (web.kind == http::Listener::Kind::unix_socket && web.socket.empty()) {
    reading.report(position, "web: listen = \"unix-socket\" needs socket");
  }
  if (web.kind == http::Listener::Kind::http_behind_proxy && web.proxies.empty()) {
    reading.report(position, "web: listen = \"http-behind-proxy\" needs proxies");
  }
}

void check_services(const ipc::Settings& pam, TextPosition position, Reading& reading) {
  std::set<std::string> names;
  for (const ServiceProfile& service : pam.services) {
    if (!names.insert(service.name).second) {
      reading.report(position, "pam: two services have the name \"" + service.name + "\"");
    }
  }
}

void check_relays(const MailSettings& mail, TextPosition position, Reading& reading) {
  if (const Result<void> checked = check_mail(mail); !checked) {
    reading.report(position, "mail: " + checked.error().detail);
  }
  for (const MailRelay& relay : mail.relays) {
    if (relay.ca_file.empty()) continue;
    const std::string authorities = reading.read_text(position, relay.ca_file);
    if (!authorities.empty() && authorities.find("BEGIN CERTIFICATE") == std::string::npos) {
      reading.report(position,
                     "mail: ca_file of relay \"" + relay.name + "\": no certificate in it");
    }
  }
}

void complete(Configuration& configuration, const TomlValue& document, Reading& reading) {
  configuration.registration.sms = configuration.sms;
  configuration.login.sms = configuration.sms;
  if (configuration.registration.profile == PasswordProfile::nist_800_63b_4) {
    configuration.registration.letter_lifetime =
        std::min(configuration.registration.letter_lifetime, kLetterLifetimeOfNist);
  }
  check_web(configuration.web.listener, position_of(document, "web"), reading);
  check_portals(configuration, position_of(document, "portal"), reading);
  check_relays(configuration.mail, position_of(document, "mail"), reading);
  check_services(configuration.pam, position_of(document, "pam"), reading);
  configuration.pam.refusal_schedule = configuration.web.refusal_schedule;
  for (PortalSettings& settings : configuration.portals) {
    complete_portal(settings.portal, configuration.web.listener);
  }
}

}  // namespace

const Keys<Configuration>& configuration_keys() {
  static const Keys<Configuration> keys = make_keys();
  return keys;
}

Result<Configuration> load_configuration(const std::filesystem::path& file) {
  Result<std::string> text = read_text_file(file, kLargestFile);
  if (!text) return fail(std::move(text).error());
  Reading reading(file);
  const auto document = parse_toml(*text);
  if (!document) {
    reading.report(document.error().position, document.error().what);
    return fail(Errc::malformed, reading.report_text());
  }
  Configuration configuration;
  read_table(configuration_keys(), configuration, *document, "", reading);
  complete(configuration, *document, reading);
  if (!reading.clean()) return fail(Errc::malformed, reading.report_text());
  return configuration;
}

}  // namespace portal
