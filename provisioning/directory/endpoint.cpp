#include "directory/endpoint.hpp"

#include <ldap.h>
#include <sys/un.h>

#include <cstddef>
#include <memory>

#include "base/freed.hpp"

namespace portal::directory {
namespace {

using LdapUrl = std::unique_ptr<LDAPURLDesc, Freed<::ldap_free_urldesc>>;
constexpr std::size_t kLongestUri = 512;

tl::unexpected<Error> wrong(std::string_view uri, std::string_view why) {
  return fail(Errc::malformed, "directory: '" + std::string(uri) + "' " + std::string(why));
}

Result<LdapUrl> parse_url(std::string_view uri) {
  if (uri.size() > kLongestUri || uri.find('\0') != std::string_view::npos)
    return wrong(uri.substr(0, 60), "is too long for a URI");
  LDAPURLDesc* raw = nullptr;
  if (::ldap_url_parse(std::string(uri).c_str(), &raw) != LDAP_URL_SUCCESS)
    return wrong(uri, "is no LDAP URI");
  LdapUrl url(raw);
  // "?" would begin attributes, scope, filter and extensions.
  const bool has_more =
      (url->lud_dn != nullptr && *url->lud_dn != '\0') || uri.find('?') != std::string_view::npos;
  if (has_more) return wrong(uri, "has more than a server in it");
  if (url->lud_host == nullptr || *url->lud_host == '\0') return wrong(uri, "names no server");
  return url;
}

/// Letters, digits, and what stands in names and address literals.
bool is_host(std::string_view host) {
  return host.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:%") ==
         std::string_view::npos;
}

}  // namespace

Result<Endpoint> Endpoint::parse(std::string_view uri, bool start_tls) {
  Result<LdapUrl> url = parse_url(uri);
  if (!url) return fail(std::move(url).error());
  const LDAPURLDesc& parsed = **url;
  const std::string_view scheme = parsed.lud_scheme;

  Endpoint endpoint;
  endpoint.uri = uri;
  if (scheme == "ldapi") {
    endpoint.path = parsed.lud_host;
    if (endpoint.path.front() != '/' || endpoint.path.size() >= sizeof(sockaddr_un::sun_path))
      return wrong(uri, "names no socket by an absolute path of fewer than 108 bytes");
    return endpoint;
  }
  if (scheme == "ldaps") {
    endpoint.protection = Protection::tls;
  } else if (scheme == "ldap" && start_tls) {
    endpoint.protection = Protection::start_tls;
  } else if (scheme == "ldap") {
    return wrong(uri, "would send passwords in clear: use ldaps, or switch StartTLS on");
  } else {
    return wrong(uri, "is neither ldapi nor ldaps nor ldap");
  }
  if (parsed.lud_port < 0 || parsed.lud_port > 65535) return wrong(uri, "has no possible port");
  endpoint.host = parsed.lud_host;
  if (!is_host(endpoint.host)) return wrong(uri, "has no possible host");
  endpoint.port = std::to_string(parsed.lud_port != 0                     ? parsed.lud_port
                                 : endpoint.protection == Protection::tls ? LDAPS_PORT
                                                                          : LDAP_PORT);
  return endpoint;
}

}  // namespace portal::directory
