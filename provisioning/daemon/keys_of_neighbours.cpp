#include "daemon/key_tables.hpp"
#include "daemon/shapes.hpp"

namespace portal::key_tables {
namespace {

using namespace std::chrono_literals;
using namespace shapes;

constexpr std::string_view kSqlite = "sqlite://";

/// "sqlite://FILE": the file is a path like any other of the configuration. "postgresql://...":
/// never repeated, for it may hold a password where none should be.
Shape<StoreSettings> store_url() {
  Shape<StoreSettings> shape = text(&StoreSettings::url);
  shape.take = [take = shape.take](StoreSettings& settings, const TomlValue& value,
                                   const std::string& name, Reading& reading) {
    if (value.kind == TomlValue::Kind::text && value.text.starts_with("postgres")) {
      const Result<void> fits = check_store_url(value.text);
      if (!fits) {
        reading.report(value.position, name + ": " + fits.error().detail);
        return;
      }
      settings.url = value.text;
      return;
    }
    take(settings, value, name, reading);
    if (value.kind != TomlValue::Kind::text) return;
    const std::string_view url = value.text;
    if (!url.starts_with(kSqlite) || url.size() == kSqlite.size()) {
      reading.report(
          value.position,
          name + ": wants \"sqlite://FILE\" or \"postgresql://...\", found " + toml_text(url));
      return;
    }
    settings.url = std::string(kSqlite) + reading.resolve(url.substr(kSqlite.size())).string();
  };
  return shape;
}

}  // namespace

Keys<StoreSettings> of_store() {
  using S = StoreSettings;
  return {
      {"url", store_url(),
       "Where the product keeps what it must remember. SQLite: \"sqlite://FILE\"; the file and its "
       "folder are made at the first start, for the daemon's user alone. PostgreSQL (15 or newer), "
       "for several nodes on one database: \"postgresql://ROLE@HOST:PORT/DATABASE?NAME=VALUE&...\" "
       "with libpq's names; the database is made before, by its administrator. A server that is "
       "not "
       "reached by a Unix socket or the loopback interface must prove who it is: "
       "\"...?sslmode=verify-full&sslrootcert=FILE\". A password never stands here but in a file "
       "of "
       "libpq's form: \"...&passfile=FILE\"."},
      {"readers", number(&S::readers, 1, 64),
       "Connections kept open for reading, of each node; there is one for writing."},
      {"patience", duration(&S::patience, 100ms, 60s),
       "How long a call waits for its turn, and for another process that writes, before it fails."},
  };
}

Keys<LdapSettings> of_directory() {
  using S = LdapSettings;
  return {
      {"uris", texts(&S::uris),
       "The servers that may answer a login, the preferred one first: ldapi://PATH (slashes as "
       "%2F), ldaps://HOST, or ldap://HOST with start_tls. Replicas may stand here.",
       true, R"(["ldapi://%2Frun%2Fslapd%2Fldapi"])"},
      {"provider_uris", texts(&S::provider_uris),
       "The servers that take writes, the preferred one first. Without it: the same as uris."},
      {"start_tls", truth(&S::start_tls),
       "Ask for TLS on ldap:// before anything else is said. Without it ldap:// is refused."},
      {"ca_file", path(&S::ca_file),
       "The certificate authorities that the servers' certificates are verified against (PEM). "
       "Wanted as soon as one server is not on ldapi; the host's own list is never used."},
      {"bind_dn", text(&S::bind_dn),
       "The service account's DN. Never the rootdn: it stands above access rules and password "
       "policy.",
       true, R"("cn=portald,ou=services,dc=example,dc=ch")"},
      {"password_file", secret_from_file(&S::password),
       "A file with the service account's password, private to the daemon's user.", true,
       R"("directory.password")"},
      {"people_base", text(&S::people_base), "The subtree of those who may log in.", true,
       R"("ou=people,dc=example,dc=ch")"},
      {"staging_base", text(&S::staging_base),
       "The subtree of the half-registered; neither inside people_base nor above it. Its access "
       "rules must let nobody but the service account in: the daemon proves that at each start.",
       true, R"("ou=staging,dc=example,dc=ch")"},
      {"policy_dn", text(&S::policy_dn),
       "The entry of the password policy of people whose own entry names none (pwdPolicySubentry): "
       "the ppolicy_default of slapd, which tells it to no client. The service account needs the "
       "right to read it. Used to compare what [login] says of the directory's own limit with the "
       "truth (\"portalctl config check\"), and to know whether an account is locked or expired "
       "without "
       "its password. Empty: the directory's policy is not known.",
       false, R"("cn=people,ou=policies,dc=example,dc=ch")"},
      {"connect_timeout", duration(&S::connect_timeout, 100ms, 4000ms),
       "For one server: name look-up, connection, TLS and the service account's bind."},
      {"operation_timeout", duration(&S::operation_timeout, 200ms, 4500ms),
       "For a whole call, with all its connections, requests and retries."},
      {"retry_pause", duration(&S::retry_pause, 1s, 1h),
       "How long a server that failed is passed over for the next one in the list."},
      {"pool_size", number(&S::pool_size, 1, 64),
       "Kept-open connections for logins, and as many again for the service account."},
  };
}

}  // namespace portal::key_tables
