#include "delivery/mail_settings.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "identity/email_address.hpp"

namespace portal {
namespace {

constexpr std::size_t kLongestName = 32;
constexpr std::size_t kLongestHost = 253;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kLongestName &&
         std::ranges::all_of(text, [](char c) { return is_digit(c) || is_lower(c) || c == '-'; });
}

/// What can stand in a URL and in EHLO as it is.
bool is_host_name(std::string_view text) {
  return !text.empty() && text.size() <= kLongestHost && !text.starts_with('-') &&
         std::ranges::all_of(text, [](char c) {
           return is_digit(c) || is_lower(c) || (c >= 'A' && c <= 'Z') || c == '-' || c == '.';
         });
}

bool is_address(int family, const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return ::inet_pton(family, text.c_str(), bytes.data()) == 1;
}

bool is_this_host(const MailRelay& relay) {
  if (!relay.socket.empty()) return true;
  const std::string& host = relay.host;
  // libcurl never looks "localhost" up.
  return host == "::1" || host == "localhost" ||
         (host.starts_with("127.") && is_address(AF_INET, host));
}

tl::unexpected<Error> malformed(const MailRelay& relay, std::string what) {
  return fail(Errc::malformed, "relay \"" + relay.name + "\": " + std::move(what));
}

}  // namespace

Result<void> check_relay(const MailRelay& relay) {
  if (!is_name(relay.name)) {
    return malformed(relay, "a name has a-z, 0-9 and \"-\", 1 to 32 of them");
  }
  if (relay.host.empty() == relay.socket.empty()) {
    return malformed(relay, "wants either host or socket");
  }
  if (!relay.host.empty() && !is_host_name(relay.host) && !is_address(AF_INET6, relay.host)) {
    return malformed(relay, "host is neither a name nor an IP address");
  }
  if (!relay.helo.empty() && !is_host_name(relay.helo)) {
    return malformed(relay, "helo is no host name");
  }
  if (!relay.socket.empty() && relay.security != SmtpSecurity::none) {
    return malformed(relay, "a Unix socket has no name to verify; it wants security = \"none\"");
  }
  if (relay.security == SmtpSecurity::none && !is_this_host(relay)) {
    return malformed(relay, "security = \"none\" is for a loopback address or a Unix socket only");
  }
  if (relay.user.empty() != relay.password.empty()) {
    return malformed(relay, "user and password_file go together");
  }
  if (relay.connect_timeout > relay.timeout) {
    return malformed(relay, "connect_timeout is longer than timeout");
  }
  return {};
}

Result<void> check_mail(const MailSettings& settings) {
  std::set<std::string> names;
  for (const MailRelay& relay : settings.relays) {
    if (Result<void> checked = check_relay(relay); !checked) return checked;
    if (!names.insert(relay.name).second) return malformed(relay, "another has the same name");
  }
  if (!settings.bounces_to.empty() && settings.bounces_to != "<>") {
    if (const auto address = EmailAddress::parse(settings.bounces_to); !address) {
      return fail(Errc::malformed, "bounces_to: " + address.error().detail);
    }
  }
  return {};
}

}  // namespace portal
