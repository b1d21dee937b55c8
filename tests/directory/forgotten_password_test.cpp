// The service account sets the password of a person who has forgotten it: a real slapd with the
// shipped access rules.
#include <string>

#include "directory/policy_server.hpp"

using namespace portal;
using Verdict = BindAnswer::Verdict;
using test::registered;

namespace {

constexpr const char* kPassword = "Lac-Leman-1963";
constexpr const char* kNext = "Pilatus-Kulm-2128";

struct Server : test::PolicyServer {
  using PolicyServer::PolicyServer;

  std::optional<PasswordRefusal> set_password(const DirectoryEntry& entry, const char* password) {
    const auto refused = directory->set_password(entry.dn, Secret(password));
    assert_ok(refused);
    return *refused;
  }
  EntryStanding standing(const DirectoryEntry& entry) {
    const auto answer = directory->standing(entry.entry_uuid);
    assert_ok(answer);
    return *answer;
  }
};

void a_forgotten_password_is_replaced(void**) {
  // P4
  Server server;
  const DirectoryEntry entry = registered(*server.directory, "forgot@example.ch", kPassword);
  assert_false(server.set_password(entry, kNext).has_value());
  assert_true(server.verdict(entry.dn, kNext) == Verdict::accepted);
  assert_true(server.verdict(entry.dn, kPassword) == Verdict::wrong_password);
}

void the_policy_judges_it_like_a_persons_own(void**) {
  // P1, P4, L4
  Server server;
  const DirectoryEntry entry = registered(*server.directory, "judged@example.ch", kPassword);
  assert_true(server.set_password(entry, "Kurz-1") == PasswordRefusal::too_short);
  assert_true(server.set_password(entry, kPassword) == PasswordRefusal::in_history);
  assert_false(server.set_password(entry, kNext).has_value());
  assert_true(server.set_password(entry, kPassword) == PasswordRefusal::in_history);
  assert_true(server.verdict(entry.dn, kNext) == Verdict::accepted);
}

void wrong_passwords_before_it_are_forgotten_by_the_directory(void**) {
  // P4
  Server server({"pwdMaxFailure=3"});
  const DirectoryEntry entry = registered(*server.directory, "locked@example.ch", kPassword);
  for (int i = 0; i < 3; ++i) server.bind(entry.dn, "wrong-Wrong-1");
  assert_true(server.verdict(entry.dn, kPassword) == Verdict::locked);
  assert_false(server.standing(entry).locked_by_administrator);
  assert_false(server.set_password(entry, kNext).has_value());
  assert_false(server.standing(entry).locked);
  assert_true(server.verdict(entry.dn, kNext) == Verdict::accepted);
}

void whoever_had_to_change_it_has_done_so(void**) {
  // P4
  Server server({"pwdMustChange=TRUE", "pwdMaxAge=3600"});
  const DirectoryEntry entry = registered(*server.directory, "reset@example.ch", kPassword);
  server.set(entry.dn, "pwdReset", "TRUE");
  server.set(entry.dn, "pwdChangedTime", "20200101000000Z");
  assert_false(server.set_password(entry, kNext).has_value());
  const EntryStanding standing = server.standing(entry);
  assert_false(standing.must_change || standing.expired || standing.locked);
  assert_true(server.verdict(entry.dn, kNext) == Verdict::accepted);
}

void nobody_but_a_person_gets_one(void**) {
  // P4, L2
  Server server;
  const LdapSettings settings = server.slapd.settings();
  assert_error(server.directory->set_password(settings.bind_dn, Secret(kNext)), Errc::denied);
  const std::string nobody = std::string("uid=nobody,") + test::kPeople;
  assert_error(server.directory->set_password(nobody, Secret(kNext)), Errc::denied);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_forgotten_password_is_replaced),
      cmocka_unit_test(the_policy_judges_it_like_a_persons_own),
      cmocka_unit_test(wrong_passwords_before_it_are_forgotten_by_the_directory),
      cmocka_unit_test(whoever_had_to_change_it_has_done_so),
      cmocka_unit_test(nobody_but_a_person_gets_one),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
