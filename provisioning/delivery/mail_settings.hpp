#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace portal {

/// How a relay's connection is protected.
enum class SmtpSecurity {
  starttls,  ///< the relay must offer STARTTLS; without it nothing is said (requirement L3)
  tls,       ///< TLS from the first byte (RFC 8314)
  none,      ///< plain: only on this host
};

/// A mail server that takes our mails and carries them on.
struct MailRelay {
  std::string name;              ///< for logs and for people: [a-z0-9-], at most 32 characters
  std::string host;              ///< a name, an IPv4 address, or an IPv6 address without brackets
  std::uint16_t port = 0;        ///< 0: 587 with STARTTLS, 465 with TLS, 25 without
  std::filesystem::path socket;  ///< a Unix socket in place of host and port
  SmtpSecurity security = SmtpSecurity::starttls;
  std::filesystem::path ca_file;  ///< PEM; empty: the host's own list
  std::string user;               ///< empty: no login
  Secret password;
  std::string helo;  ///< how we name ourselves; empty: the host's name
  /// Until the relay is ready for a mail: connection, TLS, greeting and login.
  std::chrono::milliseconds connect_timeout{1500};
  std::chrono::milliseconds timeout{6000};  ///< for a whole handover
};

/// The way that mails take, if not into the spool.
struct MailSettings {
  std::vector<MailRelay> relays;  ///< the preferred one first
  /// Where bounces go: an address, "<>" for nowhere, or empty for each portal's own sender.
  std::string bounces_to;
  /// The longest that a relay that failed is passed over; the first time a second, then twice as
  /// long each time.
  std::chrono::milliseconds longest_pause{60'000};
  /// How long a connection that is not used stays open for the next mail.
  std::chrono::seconds keep_open{30};
};

/// Says what cannot be in a relay's settings: names and hosts that cannot stand in an address,
/// plain SMTP to another host (requirement L3), a user without a password. Fails: malformed.
Result<void> check_relay(const MailRelay& relay);
/// As check_relay for each; and no name stands twice, and `bounces_to` can be written to.
Result<void> check_mail(const MailSettings& settings);

}  // namespace portal
