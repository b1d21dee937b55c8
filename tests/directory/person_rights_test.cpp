// What a person may do over LDAP by the shipped access rules: change their own password, no more.
#include <cstdlib>
#include <string>

#include "directory/policy_server.hpp"

using namespace portal;
using Verdict = BindAnswer::Verdict;
using test::registered;

namespace {

constexpr const char* kPassword = "Lac-Leman-1963";

/// A tool of ldap-utils that speaks as a person: its exit code is LDAP's result code.
struct AsPerson {
  const test::PolicyServer& server;
  const std::string dn;

  std::string command(const std::string& tool) const {
    return tool + " -x -D '" + dn + "' -w '" + kPassword + "' -H '" + server.slapd.uri() + "' ";
  }
  int code_of(const std::string& tool, const std::string& arguments) const {
    return WEXITSTATUS(std::system((command(tool) + arguments + " >/dev/null 2>&1").c_str()));
  }
  int modify(const DirectoryEntry& entry, const std::string& change) const {
    const std::string ldif = "dn: " + entry.dn + "\\nchangetype: modify\\n" + change + "\\n";
    return code_of("printf '" + ldif + "' | ldapmodify", "");
  }
  std::string found(const std::string& base, const std::string& rest) const {
    return test::run(command("ldapsearch") + "-LLL -b '" + base + "' " + rest +
                     " 2>/dev/null || test $? = 32");
  }
};

constexpr int kSuccess = 0;
constexpr int kCompareFalse = 5;
constexpr int kCompareTrue = 6;
constexpr int kInsufficientAccess = 50;

void a_person_reads_nothing_over_ldap(void**) {
  // P4, P6
  test::PolicyServer server;
  const DirectoryEntry one = registered(*server.directory, "one@example.ch", "Pilatus-Kulm-2128");
  const DirectoryEntry other = registered(*server.directory, "other@example.ch", kPassword);
  // So that there is a history.
  assert_ok(
      server.directory->change_password(one.dn, Secret("Pilatus-Kulm-2128"), Secret(kPassword)));
  const AsPerson person{server, one.dn};
  assert_int_equal(person.code_of("ldapwhoami", ""), kSuccess);
  for (const DirectoryEntry* entry : {&one, &other}) {
    test::assert_text(person.found(entry->dn, "-s base userPassword pwdHistory"), "");
    test::assert_text(person.found(entry->dn, "-s base '*' '+'"), "");
    for (const char* assertion : {"userPassword:x", "uid:x"}) {
      const int code = person.code_of("ldapcompare", "'" + entry->dn + "' '" + assertion + "'");
      assert_true(code != kCompareFalse && code != kCompareTrue);
    }
  }
  test::assert_text(person.found("dc=example,dc=ch", "'(objectClass=*)'"), "");
  test::assert_text(person.found("dc=example,dc=ch", "'(userPassword=*)'"), "");
}

void a_person_writes_nothing_but_their_own_password(void**) {
  // P4
  test::PolicyServer server;
  const DirectoryEntry one = registered(*server.directory, "one@example.ch", kPassword);
  const DirectoryEntry other = registered(*server.directory, "other@example.ch", kPassword);
  const AsPerson person{server, one.dn};
  assert_int_equal(person.modify(one, "replace: mail\\nmail: x@example.ch\\n"),
                   kInsufficientAccess);
  for (const char* change :
       {"replace: sn\\nsn: X\\n", "add: description\\ndescription: x\\n",
        "replace: pwdReset\\npwdReset: FALSE\\n", "delete: pwdChangedTime\\n",
        "delete: pwdHistory\\n",
        // A hash of one's own making would get past the policy.
        "replace: userPassword\\nuserPassword: {SSHA}AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\\n"})
    assert_int_not_equal(person.modify(one, change), kSuccess);
  assert_int_not_equal(
      person.modify(other, "replace: userPassword\\nuserPassword: Stolen-Pass-1\\n"), kSuccess);
  const std::string knowing_it = "-s Stolen-Pass-1 -a '" + std::string(kPassword) + "' '";
  assert_int_not_equal(person.code_of("ldappasswd", knowing_it + other.dn + "'"), kSuccess);
  assert_int_not_equal(person.code_of("ldapdelete", "'" + one.dn + "'"), kSuccess);
  assert_int_not_equal(person.code_of("ldapmodrdn", "'" + one.dn + "' uid=taken"), kSuccess);
  assert_true(server.verdict(one.dn, kPassword) == Verdict::accepted);
  assert_true(server.verdict(other.dn, kPassword) == Verdict::accepted);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_person_reads_nothing_over_ldap),
      cmocka_unit_test(a_person_writes_nothing_but_their_own_password),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
