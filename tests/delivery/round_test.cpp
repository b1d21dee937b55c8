#include "delivery/round.hpp"

#include <stdexcept>

#include "fake_outbox.hpp"
#include "support/cmocka.hpp"

using namespace portal;
using namespace std::chrono_literals;

namespace {

struct House {
  test::FakeClock clock;
  test::FakeStore store;
  test::FakePhrasebook phrasebook;
  test::FakeTransport transport;
  test::CapturedLog log;
  DeliveryRound round{{store, phrasebook, transport, clock}, {.batch = 8}};

  std::size_t run(bool stopping = false) {
    const Result<std::size_t> leased = round.run([&] { return stopping; });
    assert_ok(leased);
    return *leased;
  }
  MessageState state_of(const char* id) { return store.look_at(MessageId(id)).state; }
};

void a_mail_gets_subject_and_body_in_the_persons_language(void**) {
  // R10
  House house;
  house.store.put(test::code_mail(house.clock, "m1"));
  assert_int_equal(house.run(), 1);
  assert_int_equal(house.transport.sent().size(), 1);
  test::assert_text(house.transport.sent()[0],
                    "mail anna@example.ch | de mail.confirm_address.subject code=44768312 | "
                    "de mail.confirm_address.body code=44768312");
  assert_true(house.state_of("m1") == MessageState::sent);
  assert_int_equal(house.run(), 0);
}

void an_sms_gets_its_text(void**) {
  // R11
  House house;
  house.store.put(test::code_sms(house.clock, "s1"));
  house.run();
  test::assert_text(house.transport.sent().at(0),
                    "sms +41791234567 | de sms.code.body code=44768312");
  assert_true(house.state_of("s1") == MessageState::sent);
}

void a_factor_is_called_by_its_name(void**) {
  // R12
  House house;
  Message notice = test::code_mail(house.clock, "m1");
  notice.text = "mail.registered";
  notice.values = {{"factor", "totp"}};
  house.store.put(notice);
  house.run();
  test::assert_text(house.transport.sent().at(0),
                    "mail anna@example.ch | de mail.registered.subject factor=de factor.totp | "
                    "de mail.registered.body factor=de factor.totp");
}

void messages_of_one_person_keep_their_order(void**) {
  // R10
  House house;
  house.transport.answers = {Error{Errc::unavailable, "down"}};
  house.store.put(test::code_mail(house.clock, "m1", "anna"));
  house.store.put(test::code_sms(house.clock, "s2", "anna"));
  house.store.put(test::code_sms(house.clock, "s3", "bert"));
  house.run();
  assert_true(house.state_of("m1") == MessageState::waiting);
  assert_true(house.state_of("s2") == MessageState::waiting);
  assert_true(house.state_of("s3") == MessageState::sent);
  house.clock.advance(1s);
  house.run();
  house.run();
  assert_true(house.transport.sent().at(1).starts_with("mail "));
  assert_true(house.transport.sent().at(2).starts_with("sms "));
}

void what_fails_is_tried_again_with_a_growing_pause(void**) {
  // DESIGN 2, outbox
  House house;
  house.transport.answers = {5, Error{Errc::unavailable, "gateway closed"}};
  house.store.put(test::code_sms(house.clock, "s1"));
  std::chrono::milliseconds expected = 1s;
  for (int attempt = 1; attempt <= 5; ++attempt) {
    assert_int_equal(house.run(), 1);
    const test::QueuedMessage queued = house.store.look_at(MessageId("s1"));
    assert_true(queued.state == MessageState::waiting);
    assert_int_equal(queued.message.attempts, attempt);
    test::assert_text(queued.trouble, "unavailable: gateway closed");
    const auto pause = queued.due - house.clock.now();
    assert_true(pause <= expected && pause >= expected * 4 / 5);
    assert_int_equal(house.run(), 0);
    house.clock.advance(expected);
    expected *= 2;
  }
  house.run();
  assert_true(house.state_of("s1") == MessageState::sent);
}

void what_is_refused_for_good_is_not_tried_again(void**) {
  // DESIGN 2, outbox
  for (const Errc code : {Errc::denied, Errc::malformed}) {
    House house;
    house.transport.answers = {Error{code, "no such number"}};
    house.store.put(test::code_sms(house.clock, "s1"));
    house.run();
    assert_true(house.state_of("s1") == MessageState::failed);
    assert_true(house.log.has("message failed"));
    // An administrator reads later why.
    test::assert_text(house.store.look_at(MessageId("s1")).trouble,
                      std::string(name_of(code)) + ": no such number");
  }
}

void a_recipient_that_is_none_fails_without_reaching_the_transport(void**) {
  // DESIGN 2, outbox
  House house;
  Message mail = test::code_mail(house.clock, "m1", "anna");
  mail.recipient = "anna@example.ch\r\nBcc: all@example.ch";
  house.store.put(mail);
  Message sms = test::code_sms(house.clock, "s2", "bert");
  sms.recipient = "079 123 45 67";
  house.store.put(sms);
  house.run();
  assert_true(house.state_of("m1") == MessageState::failed);
  assert_true(house.state_of("s2") == MessageState::failed);
  assert_int_equal(house.transport.sent().size(), 0);
}

void what_has_expired_is_not_sent(void**) {
  // R10, S1: a dead code helps nobody
  House house;
  house.store.put(test::code_mail(house.clock, "m1"));
  house.clock.advance(1h);
  house.run();
  assert_true(house.state_of("m1") == MessageState::expired);
  assert_int_equal(house.transport.sent().size(), 0);
}

void what_would_expire_before_its_next_try_ends_now(void**) {
  // DESIGN 2, outbox
  House house;
  house.transport.answers = {Error{Errc::unavailable, "down"}};
  house.store.put(test::code_mail(house.clock, "m1"));
  house.clock.advance(1h - 500ms);
  house.run();
  assert_true(house.state_of("m1") == MessageState::expired);
}

void a_killed_workers_message_is_taken_when_its_lease_ends(void**) {
  // R13
  House house;
  house.store.put(test::code_mail(house.clock, "m1"));
  // A worker that leased and died.
  assert_ok(house.store.write("delivery.lease", [&](Transaction& transaction) -> Result<void> {
    const auto leased =
        transaction.outbox_queue().lease(house.clock.now(), house.clock.now() + 60s, 8);
    assert_int_equal(leased->size(), 1);
    return {};
  }));
  assert_int_equal(house.run(), 0);
  house.clock.advance(60s);
  assert_int_equal(house.run(), 1);
  assert_true(house.state_of("m1") == MessageState::sent);
}

void what_was_sent_but_not_noted_is_sent_again_under_its_id(void**) {
  // R13
  House house;
  house.store.put(test::code_mail(house.clock, "m1"));
  house.store.broken = {"delivery.finish"};
  house.run();
  assert_true(house.log.has("outcome not noted"));
  house.store.broken.clear();
  house.clock.advance(60s);
  house.run();
  assert_int_equal(house.transport.sent().size(), 2);
  assert_true(house.state_of("m1") == MessageState::sent);
}

void nothing_is_begun_near_the_end_of_the_lease(void**) {
  // S3: never sent twice by one gateway
  House house;
  house.transport.during = [&] { house.clock.advance(25s); };
  for (const char* id : {"a", "b", "c"}) house.store.put(test::code_sms(house.clock, id, id));
  assert_int_equal(house.run(), 3);
  assert_int_equal(house.transport.sent().size(), 2);
  assert_true(house.state_of("c") == MessageState::waiting);
}

void what_is_not_begun_is_given_back_when_the_worker_stops(void**) {
  // DESIGN 2, outbox
  House house;
  house.store.put(test::code_mail(house.clock, "m1"));
  house.run(true);
  assert_int_equal(house.transport.sent().size(), 0);
  assert_int_equal(house.run(), 1);
  assert_true(house.state_of("m1") == MessageState::sent);
}

void a_store_that_is_down_fails_the_round(void**) {
  // DESIGN 2, outbox
  House house;
  house.store.broken = {"delivery.lease"};
  assert_error(house.round.run([] { return false; }), Errc::unavailable);
}

void a_missing_wording_is_not_sent(void**) {
  // R10
  House house;
  house.phrasebook.missing = {"sms.code.body", "mail.confirm_address.subject"};
  house.store.put(test::code_sms(house.clock, "s1", "anna"));
  house.store.put(test::code_mail(house.clock, "m1", "bert"));
  house.run();
  assert_int_equal(house.transport.sent().size(), 0);
  assert_true(house.state_of("s1") == MessageState::waiting);
  assert_true(house.state_of("m1") == MessageState::waiting);
}

void an_exception_holds_up_only_its_own_message(void**) {
  // DESIGN 2, outbox
  House house;
  int turn = 0;
  house.transport.during = [&] {
    if (turn++ == 0) throw std::runtime_error("bug");
  };
  house.store.put(test::code_sms(house.clock, "s1", "anna"));
  house.store.put(test::code_sms(house.clock, "s2", "bert"));
  house.run();
  assert_true(house.state_of("s1") == MessageState::waiting);
  assert_true(house.state_of("s2") == MessageState::sent);
}

void the_log_names_the_message_and_neither_recipient_nor_content(void**) {
  // J4
  House house;
  house.transport.answers = {Error{Errc::unavailable, "450 <anna@example.ch>: try later"},
                             Error{Errc::denied, "+41791234567 is barred, +41791234567!"}};
  house.store.put(test::code_mail(house.clock, "m1", "anna"));
  house.store.put(test::code_sms(house.clock, "s2", "bert"));
  house.run();
  house.clock.advance(1s);
  house.run();
  for (const char* told : {"message=m1", "message=s2", "channel=mail", "wording=sms.code",
                           "450 <…>", "message sent", "message failed"}) {
    assert_true(house.log.has(told));
  }
  for (const char* secret : {"anna@example.ch", "+41791234567", "44768312"}) {
    assert_false(house.log.has(secret));
  }
  test::assert_text(house.store.look_at(MessageId("m1")).trouble,
                    "unavailable: 450 <…>: try later");
  test::assert_text(house.store.look_at(MessageId("s2")).trouble, "denied: … is barred, …!");
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_mail_gets_subject_and_body_in_the_persons_language),
      cmocka_unit_test(an_sms_gets_its_text),
      cmocka_unit_test(a_factor_is_called_by_its_name),
      cmocka_unit_test(messages_of_one_person_keep_their_order),
      cmocka_unit_test(what_fails_is_tried_again_with_a_growing_pause),
      cmocka_unit_test(what_is_refused_for_good_is_not_tried_again),
      cmocka_unit_test(a_recipient_that_is_none_fails_without_reaching_the_transport),
      cmocka_unit_test(what_has_expired_is_not_sent),
      cmocka_unit_test(what_would_expire_before_its_next_try_ends_now),
      cmocka_unit_test(a_killed_workers_message_is_taken_when_its_lease_ends),
      cmocka_unit_test(what_was_sent_but_not_noted_is_sent_again_under_its_id),
      cmocka_unit_test(nothing_is_begun_near_the_end_of_the_lease),
      cmocka_unit_test(what_is_not_begun_is_given_back_when_the_worker_stops),
      cmocka_unit_test(a_store_that_is_down_fails_the_round),
      cmocka_unit_test(a_missing_wording_is_not_sent),
      cmocka_unit_test(an_exception_holds_up_only_its_own_message),
      cmocka_unit_test(the_log_names_the_message_and_neither_recipient_nor_content),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
