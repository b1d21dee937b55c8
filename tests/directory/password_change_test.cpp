// A person changes their own password: a real slapd with the shipped access rules.
#include <string>
#include <thread>

#include "directory/policy_server.hpp"

using namespace portal;
using Verdict = BindAnswer::Verdict;
using Outcome = PasswordChange::Outcome;
using test::registered;

namespace {

constexpr const char* kPassword = "Lac-Leman-1963";
constexpr const char* kNext = "Pilatus-Kulm-2128";

struct Server : test::PolicyServer {
  using PolicyServer::PolicyServer;

  PasswordChange change(const std::string& dn, const char* current, const char* next) {
    const auto changed = directory->change_password(dn, Secret(current), Secret(next));
    assert_ok(changed);
    return *changed;
  }
  void expect_refusal(const std::string& dn, const char* next, PasswordRefusal why) {
    const PasswordChange changed = change(dn, kPassword, next);
    assert_true(changed.outcome == Outcome::refused);
    assert_true(changed.refusal == why);
  }
};

void a_person_changes_their_password(void**) {
  // P4, P6
  Server server;
  const DirectoryEntry entry = registered(*server.directory, "change@example.ch", kPassword);
  const PasswordChange changed = server.change(entry.dn, kPassword, kNext);
  assert_true(changed.outcome == Outcome::taken);
  assert_false(changed.refusal.has_value());
  assert_true(server.verdict(entry.dn, kNext) == Verdict::accepted);
  assert_true(server.verdict(entry.dn, kPassword) == Verdict::wrong_password);
  const std::string scheme =
      test::run("ldapsearch -Y EXTERNAL -Q -LLL -o ldif-wrap=no -H '" + server.slapd.uri() +
                "' -b '" + entry.dn +
                "' -s base userPassword | sed -n 's/^userPassword:: //p' | base64 -d | cut -c1-19");
  test::assert_text(scheme, "{ARGON2}$argon2id$v\n");
}

void a_wrong_current_password_changes_nothing_and_counts_in_the_directory(void**) {
  // P4, L4
  Server server({"pwdMaxFailure=3"});
  const DirectoryEntry entry = registered(*server.directory, "wrong@example.ch", kPassword);
  for (int i = 0; i < 3; ++i)
    assert_true(server.change(entry.dn, "wrong-Wrong-1", kNext).outcome == Outcome::wrong_password);
  // Locked now, and it reads the same.
  assert_true(server.change(entry.dn, kPassword, kNext).outcome == Outcome::wrong_password);
  assert_true(server.verdict(entry.dn, kPassword) == Verdict::locked);
}

void an_empty_password_is_never_sent(void**) {
  // L1
  Server server({"pwdMaxFailure=3"});
  const DirectoryEntry entry = registered(*server.directory, "empty@example.ch", kPassword);
  for (int i = 0; i < 5; ++i)
    assert_true(server.change(entry.dn, "", kNext).outcome == Outcome::wrong_password);
  const PasswordChange changed = server.change(entry.dn, kPassword, "");
  assert_true(changed.outcome == Outcome::refused);
  assert_true(changed.refusal == PasswordRefusal::too_short);
  assert_true(server.verdict(entry.dn, kPassword) == Verdict::accepted);
}

void who_is_not_a_person_has_a_wrong_password(void**) {
  // L1, L5
  Server server;
  const LdapSettings settings = server.slapd.settings();
  const auto changed =
      server.directory->change_password(settings.bind_dn, settings.password, Secret(kNext));
  assert_ok(changed);
  assert_true(changed->outcome == Outcome::wrong_password);
  const std::string nobody = std::string("uid=nobody,") + test::kPeople;
  assert_true(server.change(nobody, kPassword, kNext).outcome == Outcome::wrong_password);
  assert_true(server.change("", kPassword, kNext).outcome == Outcome::wrong_password);

  const auto staged = server.directory->stage(test::a_person("staged@example.ch"));
  assert_ok(staged);
  assert_ok(server.directory->set_password(staged->dn, Secret(kPassword)));
  assert_true(server.change(staged->dn, kPassword, kNext).outcome == Outcome::wrong_password);
}

void the_directorys_own_policy_speaks(void**) {
  // P1, P4, L4
  Server server;
  const DirectoryEntry entry = registered(*server.directory, "policy@example.ch", kPassword);
  server.expect_refusal(entry.dn, "Kurz-1", PasswordRefusal::too_short);
  server.expect_refusal(entry.dn, kPassword, PasswordRefusal::in_history);
  assert_true(server.change(entry.dn, kPassword, kNext).outcome == Outcome::taken);
  assert_true(server.change(entry.dn, kNext, kPassword).refusal == PasswordRefusal::in_history);
}

void a_password_that_is_too_young_is_told(void**) {
  // P4, L4
  Server server({"pwdMinAge=3600"});
  const DirectoryEntry entry = registered(*server.directory, "young@example.ch", kPassword);
  server.expect_refusal(entry.dn, kNext, PasswordRefusal::too_young);
}

void the_old_password_is_supplied_where_the_policy_wants_it(void**) {
  // P4
  Server server;
  const DirectoryEntry entry = registered(*server.directory, "safe@example.ch", kPassword);
  server.set(test::kPolicy, "pwdSafeModify", "TRUE");
  assert_true(server.change(entry.dn, kPassword, kNext).outcome == Outcome::taken);
  assert_true(server.verdict(entry.dn, kNext) == Verdict::accepted);
}

void a_policy_that_forbids_changes_is_an_error(void**) {
  // L4
  Server server({"pwdAllowUserChange=FALSE"});
  const DirectoryEntry entry = registered(*server.directory, "forbidden@example.ch", kPassword);
  const auto changed =
      server.directory->change_password(entry.dn, Secret(kPassword), Secret(kNext));
  assert_error(changed, Errc::denied);
  assert_true(server.verdict(entry.dn, kPassword) == Verdict::accepted);
}

void who_must_change_can_and_is_free_afterwards(void**) {
  // P4, L4
  Server server({"pwdMustChange=TRUE"});
  const DirectoryEntry entry = registered(*server.directory, "reset@example.ch", kPassword);
  server.set(entry.dn, "pwdReset", "TRUE");
  assert_true(server.verdict(entry.dn, kPassword) == Verdict::must_change);
  server.expect_refusal(entry.dn, "Kurz-1", PasswordRefusal::too_short);
  assert_true(server.verdict(entry.dn, kPassword) == Verdict::must_change);
  assert_true(server.change(entry.dn, kPassword, kNext).outcome == Outcome::taken);
  assert_true(server.verdict(entry.dn, kNext) == Verdict::accepted);
}

void a_grace_login_is_enough_and_none_is_not(void**) {
  // P4, L4
  Server server({"pwdMaxAge=3600", "pwdGraceAuthnLimit=1"});
  const DirectoryEntry entry = registered(*server.directory, "grace@example.ch", kPassword);
  // Set while nothing is asked, so that no step has to be quick.
  const auto expire = [&] {
    server.set(test::kPolicy, "pwdMaxAge", "1");
    std::this_thread::sleep_for(std::chrono::milliseconds(2100));
  };
  expire();
  assert_true(server.change(entry.dn, kPassword, kNext).outcome == Outcome::taken);
  server.set(test::kPolicy, "pwdMaxAge", "3600");
  assert_true(server.verdict(entry.dn, kNext) == Verdict::accepted);
  expire();
  assert_true(server.verdict(entry.dn, kNext) == Verdict::accepted);  // the last grace login
  assert_true(server.change(entry.dn, kNext, kPassword).outcome == Outcome::expired);
}

void the_connection_is_nobodys_afterwards(void**) {
  // L4
  Server server({"pwdMustChange=TRUE"});
  LdapSettings settings = server.slapd.settings();
  settings.pool_size = 1;  // whoever comes next gets the same connection
  const auto opened = LdapDirectory::open(std::move(settings));
  assert_ok(opened);
  const DirectoryEntry one = registered(**opened, "one@example.ch", kPassword);
  const DirectoryEntry other = registered(**opened, "other@example.ch", kPassword);
  server.set(one.dn, "pwdReset", "TRUE");
  for (const char* next : {"Kurz-1", kNext}) {
    assert_ok((*opened)->change_password(one.dn, Secret(kPassword), Secret(next)));
    const auto answer = (*opened)->bind(other.dn, Secret(kPassword));
    assert_ok(answer);
    assert_true(answer->verdict == Verdict::accepted);
    const auto wrong = (*opened)->bind(other.dn, Secret(kNext));
    assert_ok(wrong);
    assert_true(wrong->verdict == Verdict::wrong_password);
  }
}

void a_server_that_is_silent_is_unavailable(void**) {
  // L4
  Server server;
  LdapSettings settings = server.slapd.settings();
  settings.operation_timeout = std::chrono::milliseconds(500);
  const auto opened = LdapDirectory::open(std::move(settings));
  assert_ok(opened);
  const DirectoryEntry entry = registered(**opened, "silent@example.ch", kPassword);
  server.slapd.freeze();
  assert_error((*opened)->change_password(entry.dn, Secret(kPassword), Secret(kNext)),
               Errc::unavailable);
  server.slapd.thaw();
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_person_changes_their_password),
      cmocka_unit_test(a_wrong_current_password_changes_nothing_and_counts_in_the_directory),
      cmocka_unit_test(an_empty_password_is_never_sent),
      cmocka_unit_test(who_is_not_a_person_has_a_wrong_password),
      cmocka_unit_test(the_directorys_own_policy_speaks),
      cmocka_unit_test(a_password_that_is_too_young_is_told),
      cmocka_unit_test(the_old_password_is_supplied_where_the_policy_wants_it),
      cmocka_unit_test(a_policy_that_forbids_changes_is_an_error),
      cmocka_unit_test(who_must_change_can_and_is_free_afterwards),
      cmocka_unit_test(a_grace_login_is_enough_and_none_is_not),
      cmocka_unit_test(the_connection_is_nobodys_afterwards),
      cmocka_unit_test(a_server_that_is_silent_is_unavailable),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
