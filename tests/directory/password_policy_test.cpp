// The directory's own password policy, as a person meets it: a real slapd with ppolicy.
#include <regex>
#include <string>
#include <thread>

#include "directory/policy_server.hpp"

using namespace portal;
using Verdict = BindAnswer::Verdict;
using test::registered;
using Server = test::PolicyServer;

namespace {

constexpr const char* kPassword = "Lac-Leman-1963";

std::optional<PasswordRefusal> refusal(Server& server, const std::string& dn, const char* text) {
  const auto answer = server.directory->set_password(dn, Secret(text));
  assert_ok(answer);
  return *answer;
}

void too_many_wrong_passwords_lock_and_the_lock_is_told(void**) {
  // L4
  Server server({"pwdMaxFailure=3"});
  const DirectoryEntry entry = registered(*server.directory, "locked@example.ch", kPassword);
  for (int i = 0; i < 3; ++i)
    assert_true(server.bind(entry.dn, "wrong-Wrong-1").verdict == Verdict::wrong_password);
  assert_true(server.bind(entry.dn, "wrong-Wrong-1").verdict == Verdict::locked);
  assert_true(server.bind(entry.dn, kPassword).verdict == Verdict::locked);
}

void an_empty_password_does_not_count_towards_the_lock(void**) {
  // L1
  Server server({"pwdMaxFailure=3"});
  const DirectoryEntry entry = registered(*server.directory, "empty@example.ch", kPassword);
  for (int i = 0; i < 10; ++i)
    assert_true(server.bind(entry.dn, "").verdict == Verdict::wrong_password);
  assert_true(server.bind(entry.dn, kPassword).verdict == Verdict::accepted);
  test::assert_text(server.slapd.search(entry.dn, "base", "(pwdFailureTime=*)", "1.1"), "");
}

void a_password_near_its_end_warns_and_then_has_expired(void**) {
  // L4
  Server server({"pwdMaxAge=3", "pwdExpireWarning=100"});
  const DirectoryEntry entry = registered(*server.directory, "old@example.ch", kPassword);
  const BindAnswer early = server.bind(entry.dn, kPassword);
  assert_true(early.verdict == Verdict::accepted);
  assert_true(early.expires_in && early.expires_in->count() <= 3);
  std::this_thread::sleep_for(std::chrono::milliseconds(4100));
  assert_true(server.bind(entry.dn, kPassword).verdict == Verdict::expired);
}

void grace_logins_are_counted_down(void**) {
  // L4
  Server server({"pwdMaxAge=1", "pwdGraceAuthnLimit=2"});
  const DirectoryEntry entry = registered(*server.directory, "grace@example.ch", kPassword);
  std::this_thread::sleep_for(std::chrono::milliseconds(2100));
  const BindAnswer first = server.bind(entry.dn, kPassword);
  assert_true(first.verdict == Verdict::accepted);
  assert_true(first.grace_logins_left == 1);
  std::this_thread::sleep_for(
      std::chrono::milliseconds(1100));  // grace uses are kept by the second
  assert_true(server.bind(entry.dn, kPassword).grace_logins_left == 0);
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  assert_true(server.bind(entry.dn, kPassword).verdict == Verdict::expired);
}

void a_reset_password_must_be_changed(void**) {
  // L4
  Server server({"pwdMustChange=TRUE"});
  const DirectoryEntry entry = registered(*server.directory, "reset@example.ch", kPassword);
  assert_true(server.slapd.modify("dn: " + entry.dn +
                                  "\nchangetype: modify\nreplace: pwdReset\npwdReset: TRUE\n\n"));
  assert_true(server.bind(entry.dn, kPassword).verdict == Verdict::must_change);
  // Whoever must change has done nothing to the connection that the next one uses.
  const DirectoryEntry other = registered(*server.directory, "other@example.ch", kPassword);
  assert_true(server.bind(other.dn, kPassword).verdict == Verdict::accepted);
}

void the_reasons_against_a_new_password_come_from_the_directory(void**) {
  // P1, L4
  Server server;
  const DirectoryEntry entry = registered(*server.directory, "reasons@example.ch", kPassword);
  assert_true(refusal(server, entry.dn, "Kurz-1") == PasswordRefusal::too_short);
  assert_true(refusal(server, entry.dn, "") == PasswordRefusal::too_short);
  assert_true(refusal(server, entry.dn, kPassword) == PasswordRefusal::in_history);
  assert_false(refusal(server, entry.dn, "Another-Pass-2").has_value());
  assert_true(refusal(server, entry.dn, kPassword) == PasswordRefusal::in_history);
  assert_true(server.bind(entry.dn, "Another-Pass-2").verdict == Verdict::accepted);
  assert_true(server.bind(entry.dn, kPassword).verdict == Verdict::wrong_password);
}

void a_password_that_is_too_young_to_change_is_told(void**) {
  // L4
  Server server({"pwdMinAge=3600"});
  const DirectoryEntry entry = registered(*server.directory, "young@example.ch", kPassword);
  assert_true(refusal(server, entry.dn, "Another-Pass-2") == PasswordRefusal::too_young);
}

void a_staged_person_may_type_the_same_password_again(void**) {
  // R10
  Server server;
  const Result<DirectoryEntry> staged = server.directory->stage(test::a_person("again@example.ch"));
  assert_ok(staged);
  assert_false(refusal(server, staged->dn, kPassword).has_value());
  assert_false(refusal(server, staged->dn, kPassword).has_value());
  assert_ok(server.directory->admit(staged->entry_uuid));
}

void a_long_unicode_password_is_neither_cut_nor_changed(void**) {
  // P2
  Server server;
  std::string password;
  for (int i = 0; i < 128; ++i) password += "\xC3\xA9";  // é, 256 bytes
  const DirectoryEntry entry = registered(*server.directory, "long@example.ch", password);
  assert_true(server.bind(entry.dn, password.c_str()).verdict == Verdict::accepted);
  password.resize(password.size() - 2);
  assert_true(server.bind(entry.dn, password.c_str()).verdict == Verdict::wrong_password);
}

void only_persons_get_passwords(void**) {
  // L4
  Server server;
  assert_error(
      server.directory->set_password("cn=portald,ou=services,dc=example,dc=ch", Secret(kPassword)),
      Errc::denied);
  assert_error(
      server.directory->set_password(std::string("uid=nobody,") + test::kPeople, Secret(kPassword)),
      Errc::denied);
}

void the_directorys_limits_are_told(void**) {
  // T6
  Server server({"pwdMaxFailure=7", "pwdFailureCountInterval=60", "pwdLockoutDuration=30",
                 "pwdMaxAge=86400"});
  const auto limits = server.directory->limits();
  assert_ok(limits);
  assert_true(limits->has_value());
  assert_true((*limits)->locks);
  assert_int_equal((*limits)->wrong_to_lock, 7);
  assert_int_equal((*limits)->counted_for.count(), 60);
  assert_int_equal((*limits)->locked_for.count(), 30);
  assert_int_equal((*limits)->max_age.count(), 86400);
}

void limits_that_may_not_be_read_are_nothing(void**) {
  // T6
  Server server;
  for (const char* dn : {"", "cn=services,ou=policies,dc=example,dc=ch",
                         "cn=none,ou=policies,dc=example,dc=ch", "ou=people,dc=example,dc=ch"}) {
    LdapSettings settings = server.slapd.settings();
    settings.policy_dn = dn;
    const auto opened = LdapDirectory::open(std::move(settings));
    assert_ok(opened);
    const auto limits = (*opened)->limits();
    assert_ok(limits);
    assert_false(limits->has_value());
  }
  server.slapd.stop();
  assert_error(server.directory->limits(), Errc::unavailable);
}

void what_is_stored_is_argon2id_with_enough_memory_and_passes(void**) {
  // P6
  Server server;
  const DirectoryEntry entry = registered(*server.directory, "hash@example.ch", kPassword);
  const std::string encoded = test::run(
      "ldapsearch -Y EXTERNAL -Q -LLL -o ldif-wrap=no -H '" + server.slapd.uri() + "' -b '" +
      entry.dn + "' -s base userPassword | sed -n 's/^userPassword:: //p' | base64 -d");
  std::smatch found;
  assert_true(std::regex_match(
      encoded, found,
      std::regex(R"(\{ARGON2\}\$argon2id\$v=19\$m=(\d+),t=(\d+),p=\d+\$[^$]{22}\$[^$]{43})")));
  assert_true(std::stoi(found[1]) >= 19456);
  assert_true(std::stoi(found[2]) >= 2);
}

void how_passwords_are_stored_is_told(void**) {
  // P6
  Server server;
  for (int i = 0; i < 2; ++i) {
    const auto storage = server.directory->password_storage();
    assert_ok(storage);
    assert_true(storage->has_value());
    test::assert_text((*storage)->scheme, "argon2id");
    assert_true((*storage)->memory_kib >= 19456);
    assert_true((*storage)->passes >= 2);
    test::assert_text(server.slapd.search(test::kStaging, "one", "(objectClass=*)", "1.1"), "");
  }
  server.slapd.stop();
  assert_error(server.directory->password_storage(), Errc::unavailable);
}

void a_weaker_storage_is_told(void**) {
  // P6
  const test::TemporaryFolder folder;
  const test::PrivateSlapd slapd(folder.path() / "slapd", {"--hash", "{SSHA}"});
  const auto directory = slapd.open();
  const auto storage = directory->password_storage();
  assert_ok(storage);
  assert_true(storage->has_value());
  test::assert_text((*storage)->scheme, "{SSHA}");
}

void storage_that_may_not_be_seen_is_nothing(void**) {
  // P6
  const test::TemporaryFolder folder;
  const std::filesystem::path shipped =
      std::filesystem::path(std::getenv("PORTAL_SOURCE")) / "config/ldap/access.conf";
  const std::filesystem::path rules = folder.path() / "access.conf";
  test::run("sed 's/portald-hash-probe/someone-else/' '" + shipped.string() + "' > '" +
            rules.string() + "'");
  const test::PrivateSlapd slapd(folder.path() / "slapd", {"--access", rules.string()});
  const auto directory = slapd.open();
  const auto storage = directory->password_storage();
  assert_ok(storage);
  assert_false(storage->has_value());
  test::assert_text(slapd.search(test::kStaging, "one", "(objectClass=*)", "1.1"), "");
}

void hashes_of_openldaps_own_module_are_still_verified(void**) {
  // P6
  Server server;
  const DirectoryEntry entry = registered(*server.directory, "stock@example.ch", kPassword);
  const std::string stock = test::run(
      "slappasswd -o module-path=/usr/lib/ldap -o module-load='argon2.so m=19456 t=3 p=1' "
      "-h '{ARGON2}' -s An-Imported-Pass-1 -n");
  assert_true(server.slapd.modify(
      "dn: " + entry.dn + "\nchangetype: modify\nreplace: userPassword\nuserPassword: " + stock +
      "\n\n"));
  assert_true(server.bind(entry.dn, "An-Imported-Pass-1").verdict == Verdict::accepted);
  assert_true(server.bind(entry.dn, kPassword).verdict == Verdict::wrong_password);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(too_many_wrong_passwords_lock_and_the_lock_is_told),
      cmocka_unit_test(an_empty_password_does_not_count_towards_the_lock),
      cmocka_unit_test(a_password_near_its_end_warns_and_then_has_expired),
      cmocka_unit_test(grace_logins_are_counted_down),
      cmocka_unit_test(a_reset_password_must_be_changed),
      cmocka_unit_test(the_reasons_against_a_new_password_come_from_the_directory),
      cmocka_unit_test(a_password_that_is_too_young_to_change_is_told),
      cmocka_unit_test(a_staged_person_may_type_the_same_password_again),
      cmocka_unit_test(a_long_unicode_password_is_neither_cut_nor_changed),
      cmocka_unit_test(only_persons_get_passwords),
      cmocka_unit_test(the_directorys_limits_are_told),
      cmocka_unit_test(limits_that_may_not_be_read_are_nothing),
      cmocka_unit_test(what_is_stored_is_argon2id_with_enough_memory_and_passes),
      cmocka_unit_test(how_passwords_are_stored_is_told),
      cmocka_unit_test(a_weaker_storage_is_told),
      cmocka_unit_test(storage_that_may_not_be_seen_is_nothing),
      cmocka_unit_test(hashes_of_openldaps_own_module_are_still_verified),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
