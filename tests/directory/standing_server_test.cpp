// What a real slapd says of an account without its password (M4).
#include <string>
#include <thread>

#include "directory/policy_server.hpp"

using namespace portal;
using Place = EntryStanding::Place;
using test::registered;

namespace {

constexpr const char* kPassword = "Lac-Leman-1963";

struct Server : test::PolicyServer {
  using PolicyServer::PolicyServer;

  EntryStanding standing(const DirectoryEntry& entry) { return standing(*directory, entry); }
  static EntryStanding standing(LdapDirectory& asked, const DirectoryEntry& entry) {
    const Result<EntryStanding> answer = asked.standing(entry.entry_uuid);
    assert_ok(answer);
    return *answer;
  }
  /// A directory that does not know which policy people have.
  std::unique_ptr<LdapDirectory> without_policy() const {
    LdapSettings settings = slapd.settings();
    settings.policy_dn.clear();
    auto opened = LdapDirectory::open(std::move(settings));
    assert_ok(opened);
    return std::move(*opened);
  }
};

bool usable(const EntryStanding& standing) {
  return standing.place == Place::people && !standing.locked && !standing.must_change &&
         !standing.expired;
}

void an_entry_is_absent_staged_or_among_the_people(void**) {
  // M4
  Server server;
  for (const char* nobody : {"00000000-0000-0000-0000-000000000000", "", "*", ")(uid=*"}) {
    const EntryStanding absent = server.standing({nobody, "", false});
    assert_true(absent.place == Place::absent);
    test::assert_text(absent.dn, "");
  }
  const auto staged = server.directory->stage(test::a_person("where@example.ch"));
  assert_ok(staged);
  EntryStanding standing = server.standing(*staged);
  assert_true(standing.place == Place::staged);
  test::assert_text(standing.dn, staged->dn);

  const DirectoryEntry entry = registered(*server.directory, "usable@example.ch", kPassword);
  standing = server.standing(entry);
  assert_true(usable(standing));
  assert_false(standing.expires_in.has_value());
  test::assert_text(standing.dn, entry.dn);
}

void wrong_passwords_lock_for_a_time(void**) {
  // M4
  Server server({"pwdMaxFailure=3", "pwdLockoutDuration=3"});
  const DirectoryEntry entry = registered(*server.directory, "locked@example.ch", kPassword);
  const auto without_policy = server.without_policy();
  for (int i = 0; i < 2; ++i) server.bind(entry.dn, "wrong-Wrong-1");
  assert_true(usable(server.standing(entry)));
  server.bind(entry.dn, "wrong-Wrong-1");
  for (LdapDirectory* asked : {server.directory.get(), without_policy.get()})
    assert_true(Server::standing(*asked, entry).locked);
  std::this_thread::sleep_for(std::chrono::milliseconds(4100));
  // The attribute is still there, and says nothing any more.
  assert_true(server.slapd.search(entry.dn, "base", "(pwdAccountLockedTime=*)", "1.1") != "");
  for (LdapDirectory* asked : {server.directory.get(), without_policy.get()})
    assert_true(usable(Server::standing(*asked, entry)));
}

void an_administrator_locks_for_good(void**) {
  // M4
  Server server;
  const DirectoryEntry entry = registered(*server.directory, "barred@example.ch", kPassword);
  server.set(entry.dn, "pwdAccountLockedTime", "000001010000Z");
  assert_true(server.verdict(entry.dn, kPassword) == BindAnswer::Verdict::locked);
  assert_true(server.standing(entry).locked);
  assert_true(server.standing(entry).locked_by_administrator);
  const auto without_policy = server.without_policy();
  assert_true(Server::standing(*without_policy, entry).locked);
}

void an_account_outside_its_time_is_locked(void**) {
  // M4
  Server server;
  const DirectoryEntry late = registered(*server.directory, "late@example.ch", kPassword);
  server.set(late.dn, "pwdEndTime", "20200101000000Z");
  assert_true(server.standing(late).locked);
  server.set(late.dn, "pwdEndTime", "20990101000000Z");
  assert_true(usable(server.standing(late)));
  server.set(late.dn, "pwdStartTime", "20980101000000Z");
  assert_true(server.standing(late).locked);
}

void a_reset_password_must_be_changed(void**) {
  // M4
  Server server({"pwdMustChange=TRUE"});
  const DirectoryEntry entry = registered(*server.directory, "reset@example.ch", kPassword);
  assert_false(server.standing(entry).must_change);
  server.set(entry.dn, "pwdReset", "TRUE");
  EntryStanding standing = server.standing(entry);
  assert_true(standing.must_change);
  assert_false(standing.locked || standing.expired);
  assert_ok(
      server.directory->change_password(entry.dn, Secret(kPassword), Secret("Pilatus-Kulm-2128")));
  assert_true(usable(server.standing(entry)));
}

void a_reset_says_nothing_where_the_policy_asks_for_no_change(void**) {
  // M4
  Server server;  // pwdMustChange FALSE
  const DirectoryEntry entry = registered(*server.directory, "reset@example.ch", kPassword);
  server.set(entry.dn, "pwdReset", "TRUE");
  assert_true(server.verdict(entry.dn, kPassword) == BindAnswer::Verdict::accepted);
  assert_true(usable(server.standing(entry)));
}

void an_old_password_expires(void**) {
  // M4
  Server server({"pwdMaxAge=3600"});
  const DirectoryEntry entry = registered(*server.directory, "old@example.ch", kPassword);
  EntryStanding standing = server.standing(entry);
  assert_true(usable(standing));
  assert_true(standing.expires_in && standing.expires_in->count() > 3500 &&
              standing.expires_in->count() <= 3600);
  server.set(entry.dn, "pwdChangedTime", "20200101000000Z");
  assert_true(server.verdict(entry.dn, kPassword) == BindAnswer::Verdict::expired);
  standing = server.standing(entry);
  assert_true(standing.expired);
  assert_false(standing.locked || standing.expires_in.has_value());
}

void a_grace_login_that_is_left_keeps_a_password_from_expiring(void**) {
  // M4
  Server server({"pwdMaxAge=3600", "pwdGraceAuthnLimit=1"});
  const DirectoryEntry entry = registered(*server.directory, "grace@example.ch", kPassword);
  server.set(entry.dn, "pwdChangedTime", "20200101000000Z");
  assert_true(usable(server.standing(entry)));
  assert_true(server.verdict(entry.dn, kPassword) == BindAnswer::Verdict::accepted);
  assert_true(server.standing(entry).expired);
}

void an_entrys_own_policy_counts_where_it_may_be_read(void**) {
  // M4
  Server server;
  const DirectoryEntry entry = registered(*server.directory, "own@example.ch", kPassword);
  // The services' policy locks nobody; the portal's account may not read it. The server still
  // knows.
  server.set(entry.dn, "pwdPolicySubentry", "cn=services,ou=policies,dc=example,dc=ch");
  server.set(entry.dn, "pwdAccountLockedTime", "20200101000000Z");
  assert_true(usable(server.standing(entry)));
}

void a_directory_that_is_away_is_unavailable(void**) {
  // M4
  Server server;
  const DirectoryEntry entry = registered(*server.directory, "away@example.ch", kPassword);
  server.slapd.stop();
  assert_error(server.directory->standing(entry.entry_uuid), Errc::unavailable);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(an_entry_is_absent_staged_or_among_the_people),
      cmocka_unit_test(wrong_passwords_lock_for_a_time),
      cmocka_unit_test(an_administrator_locks_for_good),
      cmocka_unit_test(an_account_outside_its_time_is_locked),
      cmocka_unit_test(a_reset_password_must_be_changed),
      cmocka_unit_test(a_reset_says_nothing_where_the_policy_asks_for_no_change),
      cmocka_unit_test(an_old_password_expires),
      cmocka_unit_test(a_grace_login_that_is_left_keeps_a_password_from_expiring),
      cmocka_unit_test(an_entrys_own_policy_counts_where_it_may_be_read),
      cmocka_unit_test(a_directory_that_is_away_is_unavailable),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
