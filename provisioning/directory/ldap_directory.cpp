#include "directory/ldap_directory.hpp"

#include "directory/dn.hpp"
#include "directory/endpoint.hpp"
#include "directory/escaping.hpp"
#include "directory/parts.hpp"

namespace portal {

using directory::Answer;
using directory::Connection;
using directory::Deadline;
using directory::Endpoint;
using directory::Outcome;

namespace {

tl::unexpected<Error> wrong(std::string why) {
  return fail(Errc::malformed, "directory: " + std::move(why));
}

Result<std::vector<Endpoint>> parse_all(const std::vector<std::string>& uris, bool start_tls) {
  constexpr std::size_t most = 16;
  if (uris.empty()) return wrong("no server is named");
  if (uris.size() > most) return wrong("more than 16 servers");
  std::vector<Endpoint> all;
  for (const std::string& uri : uris) {
    Result<Endpoint> endpoint = Endpoint::parse(uri, start_tls);
    if (!endpoint) return fail(std::move(endpoint).error());
    all.push_back(std::move(*endpoint));
  }
  return all;
}

Result<void> check_names(const LdapSettings& settings) {
  if (!directory::is_dn(settings.bind_dn)) return wrong("bind_dn is not a DN");
  if (settings.password.empty()) return wrong("the service account has no password");
  if (!directory::is_dn(settings.people_base)) return wrong("people_base is not a DN");
  if (!directory::is_dn(settings.staging_base)) return wrong("staging_base is not a DN");
  if (directory::is_within(settings.staging_base, settings.people_base) ||
      directory::is_within(settings.people_base, settings.staging_base))
    return wrong("people_base and staging_base: one is inside the other");
  if (!settings.policy_dn.empty() && !directory::is_dn(settings.policy_dn))
    return wrong("policy_dn is not a DN");
  return {};
}

Result<void> check_times(const LdapSettings& settings) {
  using namespace std::chrono_literals;
  if (settings.connect_timeout < 100ms || settings.connect_timeout > 4s)
    return wrong("connect_timeout is not within 100 ms and 4 s");
  if (settings.operation_timeout < 200ms || settings.operation_timeout > 4500ms)
    return wrong("operation_timeout is not within 200 ms and 4.5 s");
  if (settings.retry_pause < 0ms || settings.retry_pause > 1h)
    return wrong("retry_pause is not within 0 and 1 h");
  if (settings.pool_size < 1 || settings.pool_size > 64)
    return wrong("pool_size is not within 1 and 64");
  return {};
}

Result<void> check_ca(const LdapSettings& settings, const std::vector<Endpoint>& endpoints) {
  for (const Endpoint& endpoint : endpoints)
    if (endpoint.protection != directory::Protection::local_socket && settings.ca_file.empty())
      return wrong(endpoint.uri + " wants ca_file, to verify the server's certificate");
  return {};
}

}  // namespace

LdapDirectory::LdapDirectory(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
LdapDirectory::~LdapDirectory() = default;

Result<std::unique_ptr<LdapDirectory>> LdapDirectory::open(LdapSettings settings) {
  const auto logins = parse_all(settings.uris, settings.start_tls);
  if (!logins) return fail(logins.error());
  const auto provider = settings.provider_uris.empty()
                            ? logins
                            : parse_all(settings.provider_uris, settings.start_tls);
  if (!provider) return fail(provider.error());
  for (const Result<void>& checked : {check_names(settings), check_times(settings),
                                      check_ca(settings, *logins), check_ca(settings, *provider)})
    if (!checked) return fail(checked.error());
  auto parts = std::make_unique<Parts>(std::move(settings), *logins, *provider);
  return std::unique_ptr<LdapDirectory>(new LdapDirectory(std::move(parts)));
}

Result<BindAnswer> LdapDirectory::bind(std::string_view dn, const Secret& password) {
  // Nobody logs in from outside the people, whatever the directory's rules say; and an empty
  // password would be an anonymous bind, which succeeds (RFC 4513 section 5.1.2).
  if (password.empty() || !directory::is_within(dn, parts_->settings().people_base))
    return BindAnswer{};
  const std::string name(dn);
  directory::Pool& pool =
      parts_->recent_writes().has(dn) ? parts_->provider_logins() : parts_->logins();
  const Deadline deadline = parts_->deadline();
  return with_connection(pool, deadline, [&](Connection& connection) {
    const Answer answer = connection.bind(name, password, deadline);
    return directory::judge_bind(answer.code, answer.policy, answer.diagnostic);
  });
}

Result<BindAnswer> LdapDirectory::bind_nobody(const Secret& password) {
  Result<BindAnswer> answer =
      bind("uid=" + AccountId::random().text() + "," + parts_->settings().people_base, password);
  if (answer) answer->verdict = BindAnswer::Verdict::wrong_password;
  return answer;
}

Result<std::optional<PasswordRefusal>> LdapDirectory::set_password(std::string_view dn,
                                                                   const Secret& password) {
  if (password.empty()) return PasswordRefusal::too_short;
  const std::string name(dn);
  const bool staged = directory::is_within(dn, parts_->settings().staging_base);
  if (!staged && !directory::is_within(dn, parts_->settings().people_base))
    return fail(Errc::denied, "directory: not the entry of a person: " + name);
  const Deadline deadline = parts_->deadline();
  using Judged = Result<std::optional<PasswordRefusal>>;
  bool asked = false;
  return with_connection(parts_->service(), deadline, [&](Connection& connection) -> Judged {
    const Answer answer = connection.set_password(name, password, deadline);
    Judged judged = directory::judge_new_password(answer.code, answer.policy, answer.diagnostic);
    // Whoever corrects their address during the registration types the same password again. It is
    // in place then, as it is when a connection has died with the answer and we ask once more; and
    // OpenLDAP says so in these words.
    const bool unchanged = judged && *judged == PasswordRefusal::in_history &&
                           answer.diagnostic == "Password is not being changed from existing value";
    const bool in_place = unchanged && (staged || asked);
    asked = true;
    // After a lost answer as well: only the provider knows.
    if (!judged || !*judged || in_place) parts_->recent_writes().note(name);
    if (in_place) return std::optional<PasswordRefusal>();
    return judged;
  });
}

Result<bool> LdapDirectory::has_address(const EmailAddress& email) {
  const Result<std::string> address = directory::escaped_for_filter(email.key());
  if (!address) return fail(address.error());
  const Deadline deadline = parts_->deadline();
  const directory::Search search{.base = parts_->settings().people_base,
                                 .scope = directory::Scope::subtree,
                                 .filter = "(mail=" + *address + ")"};
  return with_connection(parts_->service(), deadline, [&](Connection& connection) -> Result<bool> {
    const Answer answer = connection.search(search, deadline);
    if (!answer.entries.empty()) return true;  // also when there are more than we asked for
    if (!answer.succeeded()) return fail(answer.error("look for an address"));
    return false;
  });
}

}  // namespace portal
