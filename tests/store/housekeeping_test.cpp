#include "store/housekeeping.hpp"

#include "domain/names.hpp"
#include "fixture.hpp"
#include "store/sql/queries.hpp"

using namespace portal;
using namespace portal::test;

namespace {

using std::chrono::days;

std::int64_t rows_of(StoreFixture& f, std::string_view count) {
  const auto direct = f.direct(sql::Connection::Access::read);
  return got(sql::find_one<std::int64_t>(
                 *direct, count, {},
                 [](sql::Row& row) -> Result<std::int64_t> { return row.integer(); }))
      .value();
}

void keep_house_at(StoreFixture& f, UtcTime now) {
  f.clock.set(now);
  got(f.store->keep_house());
}

void attempts_count_as_long_as_a_letter_may_live(void**) {
  // R6, J5
  StoreFixture f;
  f.write(
      [](Transaction& t) { got(t.attempts().record(AttemptKind::activation_data, "x", kNoon)); });
  keep_house_at(f, kNoon + days(400));
  assert_int_equal(rows_of(f, "select count(*) from attempts"), 1);
  keep_house_at(f, kNoon + days(400) + 1ms);
  assert_int_equal(rows_of(f, "select count(*) from attempts"), 0);
}

void ended_registrations_go_and_open_ones_stay(void**) {
  // J5
  StoreFixture f;
  const Person vera = person_named("Vera");
  const Letter letter = letter_for(vera.id);
  f.write([&](Transaction& t) {
    got(t.people().put(vera));
    got(t.people().issue(letter, code()));
    for (const RegistrationStep step :
         {RegistrationStep::credentials, RegistrationStep::done, RegistrationStep::abandoned}) {
      Registration registration = registration_of(vera.id, letter.id, name_of(step));
      registration.step = step;
      got(t.registrations().add(registration));
    }
  });
  keep_house_at(f, kNoon + days(30));
  assert_int_equal(rows_of(f, "select count(*) from registrations"), 3);
  keep_house_at(f, kNoon + days(31));
  // What is abandoned waits until its staged entry is removed.
  assert_int_equal(rows_of(f, "select count(*) from registrations"), 2);
  f.write([&](Transaction& t) {
    got(t.registrations().discarded(got(t.registrations().to_discard(1)).at(0).id));
  });
  keep_house_at(f, kNoon + days(31));
  assert_int_equal(rows_of(f, "select count(*) from registrations"), 1);
}

void codes_messages_and_sessions_go_in_their_time(void**) {
  // J5
  StoreFixture f;
  const Account vera = stored_account(f);
  Message waiting;
  waiting.id = MessageId::random();
  Message sent = waiting;
  sent.id = MessageId::random();
  Session open;
  open.id = SessionId::random();
  open.account = vera.id;
  Session ended = open;
  ended.id = SessionId::random();
  f.write([&](Transaction& t) {
    got(t.challenges().open({ChallengePurpose::log_in, "a", "sshd"}, Secret("447683"), kNoon,
                            kNoon));
    got(t.sessions().put_pending({"index", vera.id, PortalId("flex"), RegistrationId(), kNoon}));
    got(t.outbox().put(waiting));
    got(t.outbox().put(sent));
    got(t.outbox_queue().finish(sent.id, MessageState::sent, kNoon));
    got(t.sessions().add(open));
    got(t.sessions().add(ended));
    assert_true(got(t.sessions().end(ended.id, kNoon)));
  });
  keep_house_at(f, kNoon + days(1));
  assert_int_equal(rows_of(f, "select count(*) from pending_logins"), 1);
  keep_house_at(f, kNoon + days(30));
  assert_int_equal(rows_of(f, "select count(*) from pending_logins"), 0);
  assert_int_equal(rows_of(f, "select count(*) from challenges"), 1);
  assert_int_equal(rows_of(f, "select count(*) from outbox"), 2);
  keep_house_at(f, kNoon + days(31));
  assert_int_equal(rows_of(f, "select count(*) from challenges"), 0);
  assert_int_equal(rows_of(f, "select count(*) from outbox"), 1);
  assert_int_equal(rows_of(f, "select count(*) from sessions"), 2);
  keep_house_at(f, kNoon + days(91));
  assert_int_equal(rows_of(f, "select count(*) from sessions"), 1);
}

void forgotten_passwords_go_a_day_after_their_end(void**) {
  // J5
  StoreFixture f;
  PasswordReset reset;
  reset.id = ResetId::random();
  reset.expires = kNoon;
  f.write([&](Transaction& t) { got(t.password_resets().add(reset)); });
  keep_house_at(f, kNoon + days(1));
  assert_int_equal(rows_of(f, "select count(*) from password_resets"), 1);
  keep_house_at(f, kNoon + days(1) + 1ms);
  assert_int_equal(rows_of(f, "select count(*) from password_resets"), 0);
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(attempts_count_as_long_as_a_letter_may_live),
      cmocka_unit_test(ended_registrations_go_and_open_ones_stay),
      cmocka_unit_test(codes_messages_and_sessions_go_in_their_time),
      cmocka_unit_test(forgotten_passwords_go_a_day_after_their_end),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
