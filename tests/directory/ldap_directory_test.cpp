// LdapDirectory against a real slapd with the shipped configuration: a registration's way.
#include "directory/ldap_directory.hpp"

#include <atomic>
#include <cstring>
#include <filesystem>
#include <set>
#include <string>
#include <thread>

#include "directory/private_slapd.hpp"
#include "support/cmocka.hpp"

using namespace portal;
using Verdict = BindAnswer::Verdict;
using test::a_person;
using test::registered;

namespace {

test::PrivateSlapd* slapd = nullptr;
LdapDirectory* ldap = nullptr;

constexpr const char* kPassword = "Lac-Leman-1963";

Verdict verdict_of(const std::string& dn, std::string_view password) {
  const Result<BindAnswer> answer = ldap->bind(dn, Secret(password));
  assert_ok(answer);
  return answer->verdict;
}

void a_registered_person_binds_with_the_right_password_only(void**) {
  // L1, L4, L5
  const DirectoryEntry entry = registered(*ldap, "bind@example.ch", kPassword);
  assert_true(verdict_of(entry.dn, kPassword) == Verdict::accepted);
  assert_true(verdict_of(entry.dn, "Lac-Leman-1964") == Verdict::wrong_password);
  assert_true(verdict_of(entry.dn, "") == Verdict::wrong_password);
  // A failed bind leaves the kept-open connection usable.
  assert_true(verdict_of(entry.dn, kPassword) == Verdict::accepted);
}

void a_name_that_is_not_a_persons_is_a_wrong_password(void**) {
  // L1, L5
  const std::string people = test::kPeople;
  assert_true(verdict_of("uid=nobody," + people, kPassword) == Verdict::wrong_password);
  assert_true(verdict_of("", kPassword) == Verdict::wrong_password);
  assert_true(verdict_of("nonsense", kPassword) == Verdict::wrong_password);
  // The service account's own name and right password: it is not a person.
  const LdapSettings settings = slapd->settings();
  assert_true(verdict_of(settings.bind_dn, settings.password.reveal()) == Verdict::wrong_password);
}

void a_staged_person_cannot_log_in(void**) {
  // L4
  const Result<DirectoryEntry> staged = ldap->stage(a_person("staged@example.ch"));
  assert_ok(staged);
  assert_true(staged->staged);
  assert_ok(ldap->set_password(staged->dn, Secret(kPassword)));
  assert_true(verdict_of(staged->dn, kPassword) == Verdict::wrong_password);
}

void staging_writes_the_person_and_never_the_address_into_the_name(void**) {
  // R13
  const StagedPerson person = a_person("written@example.ch");
  const Result<DirectoryEntry> entry = ldap->stage(person);
  assert_ok(entry);
  test::assert_text(entry->dn, "uid=" + person.account.text() + "," + test::kStaging);
  const std::string ldif = slapd->search(entry->dn, "base", "(objectClass=inetOrgPerson)");
  for (const char* line : {"cn: Anna Muster\n", "sn: Muster\n", "givenName: Anna\n",
                           "mail: written@example.ch\n", "preferredLanguage: de\n"})
    assert_true(ldif.find(line) != std::string::npos);
}

void staging_again_changes_the_same_entry(void**) {
  // R10, R13
  StagedPerson person = a_person("first@example.ch");
  const Result<DirectoryEntry> first = ldap->stage(person);
  assert_ok(first);
  person.email = *EmailAddress::parse("second@example.ch");
  person.given_name = "";
  const Result<DirectoryEntry> second = ldap->stage(person);
  assert_ok(second);
  test::assert_text(second->entry_uuid, first->entry_uuid);
  const std::string ldif = slapd->search(second->dn, "base", "(objectClass=*)");
  assert_true(ldif.find("mail: second@example.ch\n") != std::string::npos);
  assert_true(ldif.find("first@example.ch") == std::string::npos);
  assert_true(ldif.find("givenName") == std::string::npos);
}

void a_person_without_names_gets_a_substitute(void**) {
  // R13
  StagedPerson person = a_person("nameless@example.ch");
  person.given_name = "  ";
  person.family_name = "";
  const Result<DirectoryEntry> entry = ldap->stage(person);
  assert_ok(entry);
  const std::string ldif = slapd->search(entry->dn, "base", "(objectClass=*)");
  assert_true(ldif.find("\ncn: -\n") != std::string::npos);
  assert_true(ldif.find("\nsn: -\n") != std::string::npos);
}

void special_characters_in_values_stay_values(void**) {
  // L2
  StagedPerson person = a_person("special@example.ch");
  person.account = AccountId("a,ou=people+cn=x\"<>;=\\ #");
  person.family_name = "*)(uid=*";
  person.given_name = "Zoë\\2a";
  const Result<DirectoryEntry> entry = ldap->stage(person);
  assert_ok(entry);
  const std::string below = slapd->search(test::kStaging, "one", "(mail=special@example.ch)");
  assert_true(below.find("dn: uid=a\\2Cou") != std::string::npos);
  assert_true(below.find("\nsn: *)(uid=*\n") != std::string::npos);
  assert_ok(ldap->set_password(entry->dn, Secret(kPassword)));
  const Result<DirectoryEntry> admitted = ldap->admit(entry->entry_uuid);
  assert_ok(admitted);
  assert_true(verdict_of(admitted->dn, kPassword) == Verdict::accepted);
}

void admission_moves_the_entry_and_keeps_its_identity(void**) {
  // R13
  const StagedPerson person = a_person("moved@example.ch");
  const Result<DirectoryEntry> staged = ldap->stage(person);
  assert_ok(staged);
  for (int i = 0; i < 2; ++i) {  // the second time there is nothing to do
    const Result<DirectoryEntry> admitted = ldap->admit(staged->entry_uuid);
    assert_ok(admitted);
    assert_false(admitted->staged);
    test::assert_text(admitted->entry_uuid, staged->entry_uuid);
    test::assert_text(admitted->dn, "uid=" + person.account.text() + "," + test::kPeople);
  }
}

void the_address_of_a_staged_entry_is_set_and_of_no_other(void**) {
  // R10, R13
  const Result<DirectoryEntry> entry = ldap->stage(a_person("before@example.ch"));
  assert_ok(entry);
  const auto mail_is = [&](const std::string& address) {
    const std::string dn = (*ldap->locate(entry->entry_uuid))->dn;
    return slapd->search(dn, "base", "(mail=" + address + ")", "mail").find(address) !=
           std::string::npos;
  };
  assert_ok(ldap->set_staged_address(entry->entry_uuid, *EmailAddress::parse("b2@example.ch")));
  assert_true(mail_is("b2@example.ch"));
  assert_false(mail_is("before@example.ch"));
  assert_ok(ldap->admit(entry->entry_uuid));
  assert_ok(ldap->set_staged_address(entry->entry_uuid, *EmailAddress::parse("b3@example.ch")));
  assert_true(mail_is("b2@example.ch"));
  test::assert_text(slapd->search(test::kStaging, "one", "(mail=b3@example.ch)", "1.1"), "");
}

void admission_of_nobody_is_not_found(void**) {
  // R13
  assert_error(ldap->set_staged_address("00000000-0000-0000-0000-000000000000",
                                        *EmailAddress::parse("nobody@example.ch")),
               Errc::not_found);
  assert_error(ldap->admit("00000000-0000-0000-0000-000000000000"), Errc::not_found);
  assert_error(ldap->admit("*"), Errc::not_found);
}

void admission_where_the_name_is_taken_is_a_conflict(void**) {
  // R4
  const StagedPerson person = a_person("taken@example.ch");
  const Result<DirectoryEntry> first = ldap->stage(person);
  assert_ok(first);
  assert_ok(ldap->admit(first->entry_uuid));
  const Result<DirectoryEntry> second = ldap->stage(person);
  assert_ok(second);
  assert_error(ldap->admit(second->entry_uuid), Errc::conflict);
  assert_ok(ldap->discard(person.account));
}

void an_entry_is_located_in_both_subtrees_and_nowhere(void**) {
  // R13, L2
  const StagedPerson person = a_person("located@example.ch");
  const Result<DirectoryEntry> staged = ldap->stage(person);
  assert_ok(staged);
  auto found = ldap->locate(staged->entry_uuid);
  assert_ok(found);
  assert_true(*found && (*found)->staged);
  assert_ok(ldap->admit(staged->entry_uuid));
  found = ldap->locate(staged->entry_uuid);
  assert_ok(found);
  assert_true(*found && !(*found)->staged);
  for (const char* nobody : {"00000000-0000-0000-0000-000000000000", "*", "", ")(uid=*"}) {
    found = ldap->locate(nobody);
    assert_ok(found);
    assert_false(found->has_value());
  }
}

void discarding_removes_staged_entries_only(void**) {
  // R13
  const StagedPerson person = a_person("discarded@example.ch");
  Result<DirectoryEntry> entry = ldap->stage(person);
  assert_ok(entry);
  assert_ok(ldap->discard(person.account));
  assert_ok(ldap->discard(person.account));
  auto found = ldap->locate(entry->entry_uuid);
  assert_ok(found);
  assert_false(found->has_value());

  entry = ldap->stage(person);
  assert_ok(entry);
  assert_ok(ldap->admit(entry->entry_uuid));
  assert_ok(ldap->discard(person.account));  // nothing of this account is in staging
  found = ldap->locate(entry->entry_uuid);
  assert_ok(found);
  assert_true(found->has_value());
}

void an_address_is_taken_by_people_and_not_by_the_staged(void**) {
  // R14, L2
  const auto has = [](const char* email) {
    const Result<bool> answer = ldap->has_address(*EmailAddress::parse(email));
    assert_ok(answer);
    return *answer;
  };
  assert_ok(ldap->stage(a_person("waiting@example.ch")));
  registered(*ldap, "owner@example.ch", kPassword);
  assert_true(has("owner@example.ch"));
  assert_true(has("Owner@Example.CH"));
  assert_false(has("waiting@example.ch"));
  assert_false(has("nobody@example.ch"));
  assert_false(has("*@example.ch"));
  assert_false(has("own*r@example.ch"));
}

void an_address_that_many_have_is_taken(void**) {
  // R14
  for (int i = 0; i < 4; ++i) registered(*ldap, "shared@example.ch", kPassword);
  const Result<bool> answer = ldap->has_address(*EmailAddress::parse("shared@example.ch"));
  assert_ok(answer);
  assert_true(*answer);
}

void logins_and_registrations_run_beside_one_another(void**) {
  // L4
  // Of two people: many wrong passwords in a row would lock the one who has the right one.
  const DirectoryEntry owner = registered(*ldap, "parallel@example.ch", kPassword);
  const DirectoryEntry guessed = registered(*ldap, "guessed@example.ch", kPassword);
  std::vector<std::thread> threads;
  std::atomic<int> accepted = 0;
  std::atomic<int> staged = 0;
  for (int i = 0; i < 16; ++i) {  // more than the pool has places
    threads.emplace_back([&, i] {
      for (int n = 0; n < 8; ++n) {
        const bool right = (i + n) % 2 == 0;
        const auto answer = right ? ldap->bind(owner.dn, Secret(kPassword))
                                  : ldap->bind(guessed.dn, Secret("wrong-Wrong1"));
        if (answer && (answer->verdict == Verdict::accepted) == right) ++accepted;
        const StagedPerson person = a_person("thread@example.ch");
        if (ldap->stage(person) && ldap->discard(person.account)) ++staged;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  assert_int_equal(staged, 128);
  assert_int_equal(accepted, 128);
}

/// The sockets that this process holds, by their kernel's numbers.
std::set<std::string> open_sockets() {
  std::set<std::string> sockets;
  for (const auto& fd : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;  // the iterator's own descriptor
    const std::string target = std::filesystem::read_symlink(fd.path(), gone).string();
    if (target.starts_with("socket:")) sockets.insert(target);
  }
  return sockets;
}

void connections_are_kept_open_and_used_again(void**) {
  // L4
  const std::unique_ptr<LdapDirectory> fresh = slapd->open();
  const std::set<std::string> before = open_sockets();
  const DirectoryEntry entry = registered(*fresh, "kept@example.ch", kPassword);
  assert_ok(fresh->bind(entry.dn, Secret(kPassword)));
  const std::set<std::string> kept = open_sockets();
  assert_int_equal(kept.size() - before.size(), 2);  // one for logins, one for the service account
  for (int i = 0; i < 20; ++i) {
    assert_ok(fresh->bind(entry.dn, Secret(i % 2 == 0 ? kPassword : "wrong-Wrong1")));
    assert_ok(fresh->locate(entry.entry_uuid));
    assert_true(open_sockets() == kept);
  }
}

void a_wrong_service_password_is_named(void**) {
  // L4
  LdapSettings settings = slapd->settings();
  settings.password = Secret("not the password");
  const auto other = LdapDirectory::open(std::move(settings));
  assert_ok(other);
  const auto answer = (*other)->locate("00000000-0000-0000-0000-000000000000");
  assert_error(answer, Errc::denied);
  assert_non_null(std::strstr(answer.error().detail.c_str(), "service account"));
  assert_null(std::strstr(answer.error().detail.c_str(), "not the password"));
}

}  // namespace

int main() {
  const test::TemporaryFolder folder;
  // Many wrong passwords come from one test; the lockout has tests of its own.
  test::PrivateSlapd server(folder.path() / "slapd", {"--policy", "pwdMaxFailure=1000"});
  const std::unique_ptr<LdapDirectory> opened = server.open();
  slapd = &server;
  ldap = opened.get();
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_registered_person_binds_with_the_right_password_only),
      cmocka_unit_test(a_name_that_is_not_a_persons_is_a_wrong_password),
      cmocka_unit_test(a_staged_person_cannot_log_in),
      cmocka_unit_test(staging_writes_the_person_and_never_the_address_into_the_name),
      cmocka_unit_test(staging_again_changes_the_same_entry),
      cmocka_unit_test(a_person_without_names_gets_a_substitute),
      cmocka_unit_test(special_characters_in_values_stay_values),
      cmocka_unit_test(admission_moves_the_entry_and_keeps_its_identity),
      cmocka_unit_test(the_address_of_a_staged_entry_is_set_and_of_no_other),
      cmocka_unit_test(admission_of_nobody_is_not_found),
      cmocka_unit_test(admission_where_the_name_is_taken_is_a_conflict),
      cmocka_unit_test(an_entry_is_located_in_both_subtrees_and_nowhere),
      cmocka_unit_test(discarding_removes_staged_entries_only),
      cmocka_unit_test(an_address_is_taken_by_people_and_not_by_the_staged),
      cmocka_unit_test(an_address_that_many_have_is_taken),
      cmocka_unit_test(logins_and_registrations_run_beside_one_another),
      cmocka_unit_test(connections_are_kept_open_and_used_again),
      cmocka_unit_test(a_wrong_service_password_is_named),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
