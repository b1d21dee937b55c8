#include "daemon/key_tables.hpp"
#include "daemon/shapes.hpp"

namespace portal::key_tables {
namespace {

using namespace std::chrono_literals;
using namespace shapes;

/// What the shipped file shows for [[mail.relay]].
constexpr std::string_view kRelayExample = R"(# [[mail.relay]]
# name = "first"
# host = "smtp.example.ch"
# user = "portal"
# password_file = "relay.password"
)";

Keys<MailRelay> of_relay() {
  using S = MailRelay;
  return {
      {"name", text(&S::name, 32), "What the log and \"portalctl mail test\" call it: a-z, 0-9, -.",
       true},
      {"host", text(&S::host, 253), "The relay's name or IP address."},
      {"port", number(&S::port, 0, 65'535),
       "0: 587 with security = \"starttls\", 465 with \"tls\", 25 with \"none\"."},
      {"socket", path(&S::socket),
       "A Unix socket of this host in place of host and port; wants security = \"none\"."},
      {"security",
       choice(&S::security, {{"starttls", SmtpSecurity::starttls},
                             {"tls", SmtpSecurity::tls},
                             {"none", SmtpSecurity::none}}),
       "\"starttls\": the relay must offer STARTTLS, or nothing is said to it. \"tls\": TLS from "
       "the first byte. \"none\": for a relay on this host only (127.0.0.0/8, ::1, localhost or a "
       "Unix socket)."},
      {"ca_file", path(&S::ca_file),
       "The certificate authorities that the relay's certificate is verified against (PEM). "
       "Without it: the host's own list."},
      {"user", text(&S::user, 256),
       "To log in with. Without it the relay takes mails from us as "
       "we are."},
      {"password_file", secret_from_file(&S::password),
       "A file with the user's password, private to the daemon's user."},
      {"helo", text(&S::helo, 253),
       "How the daemon names itself to the relay. Without it: the host's name."},
      {"connect_timeout", duration(&S::connect_timeout, 100ms, 5s),
       "Until the relay is ready for a mail: name look-up, connection, TLS, greeting and login. "
       "After that the next relay is asked."},
      {"timeout", duration(&S::timeout, 500ms, 10s), "For a whole mail."},
  };
}

}  // namespace

Keys<MailSettings> of_mail() {
  using S = MailSettings;
  return {
      {"bounces_to", text(&S::bounces_to, 254),
       "Where mails that cannot be delivered come back to (the envelope's sender): an address; "
       "\"<>\" for nowhere; without it each portal's own sender."},
      {"longest_pause", duration(&S::longest_pause, 1s, 5min),
       "A relay that failed is passed over for a second, then for two, four and so on, at most for "
       "this long; then one mail tries it."},
      {"keep_open", duration(&S::keep_open, 1s, 5min),
       "How long a connection waits for its next mail. Less than the relay's own patience."},
      {"relay", tables(&S::relays, of_relay()),
       "The mail servers that carry mails on, the preferred one first. Without any, mails go into "
       "the spool. A mail whose end was sent but not answered is never given to the same relay "
       "again, unless the daemon dies or the store fails at that moment: the next one gets it, and "
       "if there is none, it counts as sent. It bears the same Message-ID.",
       false, std::string(kRelayExample)},
  };
}

}  // namespace portal::key_tables
