// TLS to a real slapd on loopback: the certificate is verified, and there is no way round it.
#include <cstdlib>
#include <fstream>
#include <string>

#include "directory/ldap_directory.hpp"
#include "directory/private_slapd.hpp"
#include "support/cmocka.hpp"

using namespace portal;
using Verdict = BindAnswer::Verdict;

namespace {

constexpr const char* kPassword = "Lac-Leman-1963";
constexpr const char* kTls = "ldaps://127.0.0.1:6361";
constexpr const char* kClear = "ldap://127.0.0.1:3891";

std::filesystem::path certificates;
test::PrivateSlapd* slapd = nullptr;

/// Two authorities; of the first, a server's certificate for 127.0.0.1, one for another name, one
/// that has the name in its subject only, and one that has expired.
void make_certificates() {
  std::ofstream(certificates / "make") << R"sh(set -e
cd "$(dirname "$0")"
for ca in ours other;
  do
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $ca.key -out $ca.pem \
    -subj "/CN=$ca" -days 30 2>/dev/null
done
sign() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $1.key -out $1.csr \
    -subj "/CN=127.0.0.1" 2>/dev/null
  printf '%s\n' "$2" > $1.ext
  openssl x509 -req -in $1.csr -CA ours.pem -CAkey ours.key -CAcreateserial -out $1.pem -days $3 \
    -extfile $1.ext 2>/dev/null
}
sign good "subjectAltName=IP:127.0.0.1" 30
sign stranger "subjectAltName=DNS:ldap.example.org" 30
sign subject "basicConstraints=CA:FALSE" 30
sign old "subjectAltName=IP:127.0.0.1" -1
)sh";
  (void)test::run("sh '" + (certificates / "make").string() + "'");
}

test::PrivateSlapd::Arguments served_with(const std::string& name) {
  return {"--listen",      kTls,
          "--listen",      kClear,
          "--certificate", (certificates / (name + ".pem")).string(),
          "--key",         (certificates / (name + ".key")).string()};
}

std::unique_ptr<LdapDirectory> open(const char* uri, const char* authority) {
  LdapSettings settings = slapd->settings();
  settings.uris = {uri};
  settings.start_tls = true;
  settings.ca_file = certificates / (std::string(authority) + ".pem");
  auto directory = LdapDirectory::open(std::move(settings));
  assert_ok(directory);
  return std::move(*directory);
}

void assert_no_way_in(const char* uri, const char* authority) {
  const auto directory = open(uri, authority);
  assert_error(directory->stage(test::a_person()), Errc::unavailable);
  const std::string dn = std::string("uid=a,") + test::kPeople;
  assert_error(directory->bind(dn, Secret(kPassword)), Errc::unavailable);
}

void a_registration_and_a_login_go_over_tls(void**) {
  // L3
  for (const char* uri : {kTls, kClear}) {
    const auto directory = open(uri, "ours");
    const DirectoryEntry entry = test::registered(*directory, "tls@example.ch", kPassword);
    const Result<BindAnswer> answer = directory->bind(entry.dn, Secret(kPassword));
    assert_ok(answer);
    assert_true(answer->verdict == Verdict::accepted);
    assert_ok(directory->prove_staging_is_safe());
  }
}

void a_certificate_of_another_authority_is_refused_without_fallback(void**) {
  // L3
  assert_no_way_in(kTls, "other");
  assert_no_way_in(kClear, "other");
  assert_no_way_in(kTls, "missing");
}

void the_hosts_ldap_configuration_cannot_weaken_it(void**) {
  // L3: libldap read these variables and this file before the first test.
  test::assert_text(std::getenv("LDAPTLS_REQCERT"), "never");
  assert_no_way_in(kTls, "other");
}

/// A slapd with another certificate in place of the good one.
void assert_certificate_refused(const char* name) {
  const test::TemporaryFolder folder;
  slapd->stop();
  {
    test::PrivateSlapd bad(folder.path() / "slapd", served_with(name));
    test::PrivateSlapd* usual = std::exchange(slapd, &bad);
    assert_no_way_in(kTls, "ours");
    assert_no_way_in(kClear, "ours");
    slapd = usual;
  }
  slapd->start();
}

void a_certificate_for_another_name_is_refused(void**) {
  // L3
  assert_certificate_refused("stranger");
}

void a_certificate_with_its_name_in_the_subject_only_is_refused(void**) {
  // L3
  assert_certificate_refused("subject");
}

void an_expired_certificate_is_refused(void**) {
  // L3
  assert_certificate_refused("old");
}

void a_server_without_tls_is_refused_without_fallback(void**) {
  // L3
  const test::TemporaryFolder folder;
  slapd->stop();
  {
    test::PrivateSlapd bare(folder.path() / "slapd", {"--listen", kClear});
    test::PrivateSlapd* usual = std::exchange(slapd, &bare);
    assert_no_way_in(kClear, "ours");
    slapd = usual;
  }
  slapd->start();
}

void the_shipped_configuration_takes_no_password_in_clear(void**) {
  // L3
  const std::string said =
      test::run(std::string("LDAPTLS_REQCERT=never ldapwhoami -x -H ") + kClear +
                " -D 'uid=a,ou=people,dc=example,dc=ch' -w x 2>&1;" + " test $? = 13");
  assert_true(said.find("Confidentiality required") != std::string::npos);
}

}  // namespace

int main() {
  test::enter_private_network();
  const test::TemporaryFolder folder;
  certificates = folder.path();
  make_certificates();
  // The worst that a host can say to libldap, before it is first used.
  std::ofstream(folder.path() / "ldaprc") << "TLS_REQCERT never\nREFERRALS on\nTIMEOUT 60\n";
  (void)::setenv("LDAPRC", "ldaprc", 1);
  (void)::setenv("HOME", folder.path().c_str(), 1);
  (void)::setenv("LDAPTLS_REQCERT", "never", 1);
  (void)::setenv("LDAPTLS_REQSAN", "never", 1);
  (void)::setenv("LDAPTLS_CACERT", (certificates / "ours.pem").c_str(), 1);
  (void)::setenv("LDAPREFERRALS", "on", 1);
  (void)::setenv("LDAPDEREF", "always", 1);
  (void)::setenv("LDAPSIZELIMIT", "1", 1);

  test::PrivateSlapd server(folder.path() / "slapd", served_with("good"));
  slapd = &server;
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_registration_and_a_login_go_over_tls),
      cmocka_unit_test(a_certificate_of_another_authority_is_refused_without_fallback),
      cmocka_unit_test(the_hosts_ldap_configuration_cannot_weaken_it),
      cmocka_unit_test(a_certificate_for_another_name_is_refused),
      cmocka_unit_test(a_certificate_with_its_name_in_the_subject_only_is_refused),
      cmocka_unit_test(an_expired_certificate_is_refused),
      cmocka_unit_test(a_server_without_tls_is_refused_without_fallback),
      cmocka_unit_test(the_shipped_configuration_takes_no_password_in_clear),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
