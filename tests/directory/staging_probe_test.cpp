// The start-up proof against a real slapd: with the shipped access rules, and with usual ones.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "base/file.hpp"
#include "directory/ldap_directory.hpp"
#include "directory/private_slapd.hpp"
#include "support/cmocka.hpp"

using namespace portal;

namespace {

std::string shipped_rules() {
  const auto file = std::filesystem::path(std::getenv("PORTAL_SOURCE")) / "config/ldap/access.conf";
  const Result<std::string> text = read_text_file(file, 100000);
  assert_ok(text);
  return *text;
}

/// The shipped rules with `from` replaced by `to`; fails if it is not there.
std::string rules_with(const std::string& from, const std::string& to) {
  std::string text = shipped_rules();
  const std::size_t at = text.find(from);
  assert_true(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

/// Starts a slapd with these rules, runs the proof, and checks that no probe is left.
Result<void> prove_with(const std::string& rules, const test::PrivateSlapd::Arguments& more = {}) {
  const test::TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "access.conf";
  std::ofstream(file) << rules;
  test::PrivateSlapd::Arguments arguments = {"--access", file.string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const test::PrivateSlapd slapd(folder.path() / "slapd", arguments);
  const auto directory = slapd.open();
  const Result<void> proven = directory->prove_staging_is_safe();
  if (proven) assert_ok(directory->prove_staging_is_safe());  // and again
  test::assert_text(slapd.search(test::kStaging, "one", "(objectClass=*)", "1.1"), "");
  return proven;
}

void assert_unsafe(const Result<void>& proven, const char* because) {
  assert_error(proven, Errc::denied);
  if (proven.error().detail.find(because) == std::string::npos)
    fail_msg("'%s' does not say '%s'", proven.error().detail.c_str(), because);
}

void the_shipped_rules_are_safe_and_leave_no_probe(void**) {
  // L4, R13
  const test::TemporaryFolder folder;
  const test::PrivateSlapd slapd(folder.path() / "slapd");
  const auto directory = slapd.open();
  assert_ok(directory->prove_staging_is_safe());
  test::assert_text(slapd.search(test::kStaging, "one", "(objectClass=*)", "1.1"), "");
  test::assert_text(slapd.search(test::kPeople, "one", "(objectClass=*)", "1.1"), "");
}

void two_daemons_that_start_at_once_do_not_disturb_each_other(void**) {
  // L4
  const test::TemporaryFolder folder;
  const test::PrivateSlapd slapd(folder.path() / "slapd");
  std::vector<std::string> troubles(2);
  std::vector<std::thread> daemons;
  for (std::string& trouble : troubles) {
    daemons.emplace_back([&] {
      const auto directory = slapd.open();
      for (int i = 0; i < 8 && trouble.empty(); ++i) {
        const Result<void> proven = directory->prove_staging_is_safe();
        if (!proven) trouble = proven.error().detail;
      }
    });
  }
  for (std::thread& daemon : daemons) daemon.join();
  for (const std::string& trouble : troubles) test::assert_text(trouble, "");
  test::assert_text(slapd.search(test::kStaging, "one", "(objectClass=*)", "1.1"), "");
  test::assert_text(slapd.search(test::kPeople, "one", "(objectClass=*)", "1.1"), "");
}

/// A probe that a daemon left when it was killed.
std::string left_probe(const std::string& base, char name, const std::string& created) {
  const std::string uid = "portald-probe-" + std::string(26, name);
  return "dn: uid=" + uid + "," + base +
         "\nchangetype: add\nobjectClass: inetOrgPerson\nuid: " + uid +
         "\ncn: portald probe\nsn: probe\n" + created + "\n";
}

void what_a_killed_daemon_left_is_removed_when_it_is_old(void**) {
  // L4
  const test::TemporaryFolder folder;
  const test::PrivateSlapd slapd(folder.path() / "slapd");
  const std::string old = "createTimestamp: 20240101000000Z\n";
  for (const char* base : {test::kStaging, test::kPeople}) {
    assert_true(slapd.modify(left_probe(base, 'a', old) + left_probe(base, 'b', "")));
  }
  assert_true(
      slapd.modify("dn: uid=portald-probe-me,ou=people,dc=example,dc=ch\nchangetype: add\n"
                   "objectClass: inetOrgPerson\nuid: portald-probe-me\ncn: Anna Muster\n"
                   "sn: Muster\n" +
                   old + "\n"));
  assert_ok(slapd.open()->prove_staging_is_safe());
  const std::string staged = slapd.search(test::kStaging, "one", "(objectClass=*)", "1.1");
  const std::string people = slapd.search(test::kPeople, "one", "(objectClass=*)", "1.1");
  for (const std::string& seen : {staged, people}) {
    assert_true(seen.find("probe-aaaa") == std::string::npos);
    assert_true(seen.find("probe-bbbb") != std::string::npos);
  }
  assert_true(people.find("portald-probe-me") != std::string::npos);
}

void a_proof_removes_nobody_but_probes(void**) {
  // L4: what the shipped rules forbid, whatever the daemon asks for
  const test::TemporaryFolder folder;
  const test::PrivateSlapd slapd(folder.path() / "slapd");
  const auto directory = slapd.open();
  const DirectoryEntry person = test::registered(*directory, "stays@example.ch", "Regen?Bogen7");
  const LdapSettings settings = slapd.settings();
  const std::string password = std::string(settings.password.reveal());
  const std::string remove = "ldapdelete -x -D '" + settings.bind_dn + "' -w '" + password +
                             "' -H '" + settings.uris.front() + "' ";
  assert_int_not_equal(std::system((remove + "'" + person.dn + "' 2>/dev/null").c_str()), 0);
  assert_true(slapd.modify(left_probe(test::kPeople, 'c', "")));
  const std::string probe =
      "'uid=portald-probe-" + std::string(26, 'c') + "," + test::kPeople + "'";
  assert_int_equal(std::system((remove + probe).c_str()), 0);
}

void rules_that_forbid_the_removal_leave_one_entry_for_each_start(void**) {
  // L4
  const test::TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "access.conf";
  std::ofstream(file) << rules_with("=az", "=a");
  const test::PrivateSlapd slapd(folder.path() / "slapd", {"--access", file.string()});
  const auto directory = slapd.open();
  for (int i = 0; i < 3; ++i) assert_ok(directory->prove_staging_is_safe());
  const std::string people = slapd.search(test::kPeople, "one", "(objectClass=*)", "1.1");
  assert_int_equal(std::count(people.begin(), people.end(), ':'), 1);
}

/// What most directories have: everybody authenticates everywhere.
constexpr const char* kUsualAuth =
    "access to attrs=userPassword\n"
    "  by dn.exact=\"cn=portald,ou=services,dc=example,dc=ch\" =w\n"
    "  by anonymous auth\n"
    "  by * none\n";

void the_usual_rule_by_which_staged_entries_bind_is_refused(void**) {
  // L4
  assert_unsafe(prove_with(kUsualAuth + shipped_rules()), "an entry in staging can bind");
}

void a_staging_that_everybody_reads_is_refused(void**) {
  // L4
  assert_unsafe(prove_with(rules_with("write\n  by * none", "write\n  by * read")),
                "anybody sees entries in staging");
}

void a_staging_that_every_logged_in_person_reads_is_refused(void**) {
  // L4
  assert_unsafe(prove_with(rules_with("write\n  by * none", "write\n  by users read")),
                "a person who is logged in sees entries in staging");
}

void a_service_account_that_reads_hashes_is_refused(void**) {
  // L4
  const std::string staging =
      "attrs=userPassword\n  by dn.exact=\"cn=portald,ou=services,dc=example,dc=ch\" ";
  assert_unsafe(prove_with(rules_with(staging + "=w\n", staging + "write\n")),
                "the service account reads userPassword of uid=");
  std::string people = shipped_rules();
  people.replace(people.rfind("=cw\n"), 4, "write\n");
  assert_unsafe(prove_with(people), "the service account reads userPassword of uid=portald-probe-");
  assert_unsafe(
      prove_with(rules_with("attrs=pwdHistory\n  by * none", "attrs=pwdHistory\n  by * read")),
      "the service account reads pwdHistory");
}

void the_rootdn_as_service_account_is_refused(void**) {
  // L4
  const test::TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "access.conf";
  std::ofstream(file) << "access to dn.exact=\"cn=admin,dc=example,dc=ch\" attrs=userPassword\n"
                         "  by anonymous auth\n"
                      << shipped_rules();
  const test::PrivateSlapd slapd(folder.path() / "slapd", {"--access", file.string()});
  // A password for the rootdn: an entry of its name.
  assert_true(
      slapd.modify("dn: cn=admin,dc=example,dc=ch\nchangetype: add\n"
                   "objectClass: organizationalRole\nobjectClass: simpleSecurityObject\n"
                   "cn: admin\nuserPassword: a-Root-Password-1\n\n"));
  LdapSettings settings = slapd.settings();
  settings.bind_dn = "cn=admin,dc=example,dc=ch";
  settings.password = Secret("a-Root-Password-1");
  const auto directory = LdapDirectory::open(std::move(settings));
  assert_ok(directory);
  assert_unsafe((*directory)->prove_staging_is_safe(), "is it the rootdn?");
}

void too_few_rights_are_named(void**) {
  // L4
  assert_unsafe(prove_with(rules_with("attrs=children\n  by dn.exact=\"cn=portald,ou=services,dc="
                                      "example,dc=ch\" write",
                                      "attrs=children\n  by dn.exact=\"cn=portald,ou=services,dc="
                                      "example,dc=ch\" read")),
                "the right to add an entry to ou=staging");
  assert_unsafe(prove_with(rules_with("=az", "=s")), "the right to move a staged entry");
  assert_unsafe(prove_with(rules_with("=w\n", "=s\n")), "the right to write userPassword");
}

void a_directory_in_which_no_forgotten_password_can_be_set_is_named(void**) {
  // P4, L4
  std::string people = shipped_rules();
  people.replace(people.rfind("=cw\n"), 4, "=c\n");
  assert_unsafe(prove_with(people), "the right to write userPassword of uid=portald-probe-");
  assert_unsafe(prove_with(shipped_rules(), {"--policy", "pwdSafeModify=TRUE"}),
                "the right to write userPassword");
}

void people_who_cannot_bind_are_named(void**) {
  // L4
  assert_unsafe(prove_with(rules_with("by anonymous auth", "by anonymous none")),
                "people need \"auth\"");
}

void rights_that_forbid_removing_the_probe_from_the_people_do_not_hinder(void**) {
  // L4
  assert_ok(prove_with(rules_with("=az", "=a")));
}

void a_policy_that_wants_a_new_password_at_once_is_named(void**) {
  // L4
  // OpenLDAP marks the password only if who sets it has "manage" on it.
  assert_unsafe(prove_with(rules_with("=w\n", "=wm\n"), {"--policy", "pwdMustChange=TRUE"}),
                "pwdMustChange");
}

void a_directory_that_is_down_is_unavailable_and_not_unsafe(void**) {
  // L4
  const test::TemporaryFolder folder;
  test::PrivateSlapd slapd(folder.path() / "slapd");
  const auto directory = slapd.open();
  slapd.stop();
  assert_error(directory->prove_staging_is_safe(), Errc::unavailable);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(the_shipped_rules_are_safe_and_leave_no_probe),
      cmocka_unit_test(two_daemons_that_start_at_once_do_not_disturb_each_other),
      cmocka_unit_test(what_a_killed_daemon_left_is_removed_when_it_is_old),
      cmocka_unit_test(a_proof_removes_nobody_but_probes),
      cmocka_unit_test(rules_that_forbid_the_removal_leave_one_entry_for_each_start),
      cmocka_unit_test(the_usual_rule_by_which_staged_entries_bind_is_refused),
      cmocka_unit_test(a_staging_that_everybody_reads_is_refused),
      cmocka_unit_test(a_staging_that_every_logged_in_person_reads_is_refused),
      cmocka_unit_test(a_service_account_that_reads_hashes_is_refused),
      cmocka_unit_test(the_rootdn_as_service_account_is_refused),
      cmocka_unit_test(too_few_rights_are_named),
      cmocka_unit_test(a_directory_in_which_no_forgotten_password_can_be_set_is_named),
      cmocka_unit_test(people_who_cannot_bind_are_named),
      cmocka_unit_test(rights_that_forbid_removing_the_probe_from_the_people_do_not_hinder),
      cmocka_unit_test(a_policy_that_wants_a_new_password_at_once_is_named),
      cmocka_unit_test(a_directory_that_is_down_is_unavailable_and_not_unsafe),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
