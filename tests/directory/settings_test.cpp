// What LdapDirectory refuses before it talks to anybody.
#include <chrono>
#include <string>

#include "directory/endpoint.hpp"
#include "directory/ldap_directory.hpp"
#include "support/cmocka.hpp"

using namespace portal;
using directory::Endpoint;
using directory::Protection;

namespace {

LdapSettings good() {
  LdapSettings settings;
  settings.uris = {"ldapi://%2Frun%2Fslapd%2Fldapi"};
  settings.bind_dn = "cn=portald,ou=services,dc=example,dc=ch";
  settings.password = Secret("secret");
  settings.people_base = "ou=people,dc=example,dc=ch";
  settings.staging_base = "ou=staging,dc=example,dc=ch";
  return settings;
}

template <class Change>
Result<std::unique_ptr<LdapDirectory>> open_with(Change change) {
  LdapSettings settings = good();
  change(settings);
  return LdapDirectory::open(std::move(settings));
}

/// Refused, and the detail names `word`.
template <class Change>
void assert_refused(const char* word, Change change) {
  const auto opened = open_with(change);
  assert_error(opened, Errc::malformed);
  if (opened.error().detail.find(word) == std::string::npos)
    fail_msg("'%s' does not name '%s'", opened.error().detail.c_str(), word);
}

void good_settings_open_without_a_server(void**) {
  // L3
  assert_ok(LdapDirectory::open(good()));
  assert_ok(open_with([](LdapSettings& s) {
    s.uris = {"ldaps://ldap.example.ch", "ldap://ldap2.example.ch:1389"};
    s.start_tls = true;
    s.ca_file = "/etc/ssl/certs/ca.pem";
  }));
}

void a_server_in_clear_is_refused(void**) {
  // L3
  assert_refused("in clear", [](LdapSettings& s) { s.uris = {"ldap://ldap.example.ch"}; });
  assert_refused("in clear", [](LdapSettings& s) { s.uris.push_back("LDAP://127.0.0.1"); });
  assert_refused("in clear", [](LdapSettings& s) { s.provider_uris = {"ldap://localhost"}; });
}

void tls_without_a_ca_file_is_refused(void**) {
  // L3
  assert_refused("ca_file", [](LdapSettings& s) { s.uris = {"ldaps://ldap.example.ch"}; });
  assert_refused("ca_file", [](LdapSettings& s) {
    s.provider_uris = {"ldap://ldap.example.ch"};
    s.start_tls = true;
  });
}

void uris_that_are_more_or_less_than_a_server_are_refused(void**) {
  // L3
  for (const char* uri :
       {"", "ldap.example.ch", "http://ldap.example.ch", "cldap://ldap.example.ch", "ldaps://",
        "ldapi://", "ldapi:///", "ldapi://relative", "ldaps://h/dc=example", "ldaps://h/??sub",
        "ldaps://h:0x10", "ldaps://h:99999999", "ldaps://a b"}) {
    const auto opened = open_with([&](LdapSettings& s) {
      s.uris = {uri};
      s.ca_file = "/ca.pem";
    });
    if (opened) fail_msg("'%s' was taken", uri);
  }
  assert_refused("108", [](LdapSettings& s) { s.uris = {"ldapi://%2F" + std::string(120, 'a')}; });
  assert_refused("too long", [](LdapSettings& s) { s.uris = {std::string(600, 'a')}; });
  assert_refused("no server", [](LdapSettings& s) { s.uris.clear(); });
  assert_refused("16", [](LdapSettings& s) { s.uris.assign(17, s.uris.front()); });
}

void endpoints_are_read_from_uris(void**) {
  // L3
  Result<Endpoint> endpoint = Endpoint::parse("ldapi://%2Frun%2Fldapi", false);
  assert_ok(endpoint);
  assert_true(endpoint->protection == Protection::local_socket);
  test::assert_text(endpoint->path, "/run/ldapi");
  endpoint = Endpoint::parse("ldaps://[::1]:6360", false);
  assert_ok(endpoint);
  assert_true(endpoint->protection == Protection::tls);
  test::assert_text(endpoint->host, "::1");
  test::assert_text(endpoint->port, "6360");
  endpoint = Endpoint::parse("ldap://ldap.example.ch", true);
  assert_ok(endpoint);
  assert_true(endpoint->protection == Protection::start_tls);
  test::assert_text(endpoint->port, "389");
  endpoint = Endpoint::parse("ldaps://ldap.example.ch", true);
  assert_ok(endpoint);
  assert_true(endpoint->protection == Protection::tls);
  test::assert_text(endpoint->port, "636");
}

void missing_and_impossible_settings_are_named(void**) {
  // L1, L4
  using namespace std::chrono_literals;
  assert_refused("bind_dn", [](LdapSettings& s) { s.bind_dn = ""; });
  assert_refused("password", [](LdapSettings& s) { s.password = Secret(); });
  assert_refused("people_base", [](LdapSettings& s) { s.people_base = "people"; });
  assert_refused("policy_dn", [](LdapSettings& s) { s.policy_dn = "people"; });
  assert_refused("staging_base", [](LdapSettings& s) { s.staging_base = ""; });
  assert_refused("inside", [](LdapSettings& s) { s.staging_base = "ou=new," + s.people_base; });
  assert_refused("inside", [](LdapSettings& s) { s.people_base = "DC=example, dc=CH"; });
  assert_refused("inside", [](LdapSettings& s) { s.people_base = s.staging_base; });
  assert_refused("connect_timeout", [](LdapSettings& s) { s.connect_timeout = 0ms; });
  assert_refused("operation_timeout", [](LdapSettings& s) { s.operation_timeout = 5s; });
  assert_refused("retry_pause", [](LdapSettings& s) { s.retry_pause = -1ms; });
  assert_refused("pool_size", [](LdapSettings& s) { s.pool_size = 0; });
}

void an_empty_password_reaches_no_server(void**) {
  // L1: with no server there, whatever is asked of one is unavailable.
  const auto opened = open_with([](LdapSettings& s) { s.uris = {"ldapi://%2Fnowhere%2Fldapi"}; });
  assert_ok(opened);
  const std::string dn = "uid=a,ou=people,dc=example,dc=ch";
  assert_error((*opened)->bind(dn, Secret("x")), Errc::unavailable);
  const Result<BindAnswer> answer = (*opened)->bind(dn, Secret(""));
  assert_ok(answer);
  assert_true(answer->verdict == BindAnswer::Verdict::wrong_password);
  const auto refusal = (*opened)->set_password(dn, Secret(""));
  assert_ok(refusal);
  assert_true(*refusal == PasswordRefusal::too_short);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(good_settings_open_without_a_server),
      cmocka_unit_test(a_server_in_clear_is_refused),
      cmocka_unit_test(tls_without_a_ca_file_is_refused),
      cmocka_unit_test(uris_that_are_more_or_less_than_a_server_are_refused),
      cmocka_unit_test(endpoints_are_read_from_uris),
      cmocka_unit_test(missing_and_impossible_settings_are_named),
      cmocka_unit_test(an_empty_password_reaches_no_server),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
