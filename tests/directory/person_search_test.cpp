// Entries that were there before the product, found by name in a real slapd.
#include <string>

#include "directory/private_slapd.hpp"
#include "support/cmocka.hpp"

using namespace portal;
using test::a_person;

namespace {

test::PrivateSlapd* slapd = nullptr;
LdapDirectory* ldap = nullptr;

/// Adds an entry as another tool would, by LDIF lines.
void add_entry(const std::string& uid, const std::string& more) {
  assert_true(slapd->modify("dn: uid=" + uid + "," + test::kPeople +
                            "\nchangetype: add\nobjectClass: inetOrgPerson\nuid: " + uid +
                            "\ncn: x\n" + more + "\n"));
}

std::optional<FoundPerson> find_person(std::string_view name) {
  const auto found = ldap->find_person(name);
  assert_ok(found);
  return *found;
}

void a_person_who_was_there_before_is_found_by_uid_or_address(void**) {
  // L2
  add_entry("amuster",
            "sn: Muster\ngivenName: Anna\npreferredLanguage: it-CH\n"
            "mail: Anna.First@example.ch\nmail: anna.second@example.ch\n");
  for (const char* name : {"amuster", "AMuster", "anna.first@example.ch"}) {
    const auto person = find_person(name);
    assert_true(person.has_value());
    test::assert_text(person->entry.dn, std::string("uid=amuster,") + test::kPeople);
    assert_int_equal(person->entry.entry_uuid.size(), 36);
    assert_false(person->entry.staged);
    test::assert_text(person->uid, "amuster");
    test::assert_text(person->mail, "Anna.First@example.ch");
    test::assert_text(person->given_name, "Anna");
    test::assert_text(person->family_name, "Muster");
    assert_true(person->language == Language::it);
  }
  test::assert_text(find_person("anna.SECOND@example.ch")->mail, "anna.second@example.ch");
}

void a_person_with_little_in_the_entry_is_found_as_well(void**) {
  // L2
  add_entry("bare", "sn: Bare\npreferredLanguage: rm\n");
  const auto person = find_person("bare");
  assert_true(person.has_value());
  test::assert_text(person->mail, "");
  test::assert_text(person->given_name, "");
  assert_false(person->language.has_value());
}

void a_name_is_never_a_filter_and_the_staged_are_not_found(void**) {
  // L2
  add_entry("hidden", "sn: x\nmail: hidden@example.ch\n");
  const StagedPerson staged = a_person("notyet@example.ch");
  assert_ok(ldap->stage(staged));
  for (const std::string& name :
       {std::string(), std::string("*"), std::string("hid*"), std::string("*)(uid=hidden"),
        std::string("hidden)(|(uid=*"), std::string("hidden\0", 7), std::string(2000, 'x'),
        std::string("hidd\xc3\xa9n@example.ch"), staged.account.text(),
        std::string("notyet@example.ch")})
    assert_false(find_person(name).has_value());
}

void a_name_that_two_people_have_is_a_conflict(void**) {
  // L2
  add_entry("twin1", "sn: x\nmail: twins@example.ch\n");
  add_entry("twin2", "sn: x\nmail: twins@example.ch\n");
  assert_error(ldap->find_person("twins@example.ch"), Errc::conflict);
  add_entry("twin3", "sn: x\nmail: twins@example.ch\n");
  assert_error(ldap->find_person("twins@example.ch"), Errc::conflict);
}

}  // namespace

int main() {
  const test::TemporaryFolder folder;
  test::PrivateSlapd server(folder.path() / "slapd");
  const std::unique_ptr<LdapDirectory> opened = server.open();
  slapd = &server;
  ldap = opened.get();
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_person_who_was_there_before_is_found_by_uid_or_address),
      cmocka_unit_test(a_person_with_little_in_the_entry_is_found_as_well),
      cmocka_unit_test(a_name_is_never_a_filter_and_the_staged_are_not_found),
      cmocka_unit_test(a_name_that_two_people_have_is_a_conflict),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
