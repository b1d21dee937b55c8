#include "domain/ports/challenges.hpp"

#include "fixture.hpp"
#include "store/sql/connection.hpp"

using namespace portal;
using namespace portal::test;

namespace {

const ChallengeScope kMail{ChallengePurpose::prove_mail, "registration-1", "registration"};
const ChallengeScope kLogin{ChallengePurpose::log_in, "account-1", "sshd"};

void a_code_is_right_for_its_challenge_until_it_is_used(void**) {
  // R10, R11, S1, T9
  StoreFixture f;
  f.write([&](Transaction& t) {
    got(t.challenges().open(kMail, Secret("01234567"), kNoon, kNoon + 24h));
    const Challenge challenge = got(t.challenges().current(kMail)).value();
    assert_true(challenge.sent == kNoon);
    assert_true(challenge.expires == kNoon + 24h);
    assert_int_equal(challenge.wrong, 0);
    assert_int_equal(challenge.sends, 1);
    assert_true(got(t.challenges().matches(challenge.id, Secret("01234567"))));
    assert_false(got(t.challenges().matches(challenge.id, Secret("1234567"))));
    assert_true(got(t.challenges().consume(challenge.id)));
    assert_false(got(t.challenges().consume(challenge.id)));
    assert_false(got(t.challenges().matches(challenge.id, Secret("01234567"))));
    assert_false(got(t.challenges().current(kMail)).has_value());
    assert_false(got(t.challenges().consume(ChallengeId("none"))));
    assert_false(got(t.challenges().matches(ChallengeId("none"), Secret("01234567"))));
  });
}

void a_new_code_kills_the_old_and_keeps_the_counters(void**) {
  // R10, S1
  StoreFixture f;
  f.write([&](Transaction& t) {
    got(t.challenges().open(kMail, Secret("11111111"), kNoon, kNoon + 24h));
    const ChallengeId old = got(t.challenges().current(kMail)).value().id;
    got(t.challenges().count_wrong(old));
    got(t.challenges().count_wrong(old));
    got(t.challenges().open(kMail, Secret("22222222"), kNoon + 1h, kNoon + 25h));
    const Challenge fresh = got(t.challenges().current(kMail)).value();
    assert_int_equal(fresh.wrong, 2);
    assert_int_equal(fresh.sends, 2);
    assert_true(fresh.sent == kNoon + 1h);
    assert_false(got(t.challenges().matches(old, Secret("11111111"))));
    assert_false(got(t.challenges().matches(fresh.id, Secret("11111111"))));
    assert_true(got(t.challenges().matches(fresh.id, Secret("22222222"))));
    assert_false(got(t.challenges().consume(old)));
  });
}

void counters_outlive_a_used_code_and_end_with_the_scope(void**) {
  // R10, T5
  StoreFixture f;
  f.write([&](Transaction& t) {
    got(t.challenges().open(kMail, Secret("11111111"), kNoon, kNoon + 24h));
    got(t.challenges().count_wrong(got(t.challenges().current(kMail)).value().id));
    assert_true(got(t.challenges().consume(got(t.challenges().current(kMail)).value().id)));
    got(t.challenges().open(kMail, Secret("22222222"), kNoon, kNoon + 24h));
    assert_int_equal(got(t.challenges().current(kMail)).value().wrong, 1);
    assert_int_equal(got(t.challenges().current(kMail)).value().sends, 2);
    got(t.challenges().clear(kMail));
    assert_false(got(t.challenges().current(kMail)).has_value());
    got(t.challenges().open(kMail, Secret("33333333"), kNoon, kNoon + 24h));
    assert_int_equal(got(t.challenges().current(kMail)).value().wrong, 0);
    assert_int_equal(got(t.challenges().current(kMail)).value().sends, 1);
  });
}

void scopes_know_nothing_of_each_other(void**) {
  // S1
  StoreFixture f;
  ChallengeScope other_service = kLogin;
  other_service.service = "sudo";
  f.write([&](Transaction& t) {
    got(t.challenges().open(kLogin, Secret("447683"), kNoon, kNoon + 10min));
    got(t.challenges().open(other_service, Secret("447684"), kNoon, kNoon + 10min));
    const ChallengeId id = got(t.challenges().current(other_service)).value().id;
    assert_false(got(t.challenges().matches(id, Secret("447683"))));
    got(t.challenges().clear(other_service));
    assert_true(got(t.challenges().current(kLogin)).has_value());
  });
}

void a_hash_moved_to_another_scope_is_never_right(void**) {
  // S1, R5
  StoreFixture f;
  f.write([&](Transaction& t) {
    got(t.challenges().open(kLogin, Secret("447683"), kNoon, kNoon + 10min));
  });
  const auto direct = f.direct();
  got(direct->execute("update challenges set service = 'sudo'"));
  ChallengeScope moved = kLogin;
  moved.service = "sudo";
  f.read([&](Transaction& t) {
    const ChallengeId id = got(t.challenges().current(moved)).value().id;
    assert_false(got(t.challenges().matches(id, Secret("447683"))));
  });
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_code_is_right_for_its_challenge_until_it_is_used),
      cmocka_unit_test(a_new_code_kills_the_old_and_keeps_the_counters),
      cmocka_unit_test(counters_outlive_a_used_code_and_end_with_the_scope),
      cmocka_unit_test(scopes_know_nothing_of_each_other),
      cmocka_unit_test(a_hash_moved_to_another_scope_is_never_right),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
