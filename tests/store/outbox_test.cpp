#include "domain/ports/outbox.hpp"

#include "domain/ports/outbox_view.hpp"
#include "fixture.hpp"

using namespace portal;
using namespace portal::test;

namespace {

Message message_to(std::string_view recipient, std::string_view order_key = "person-1") {
  Message message;
  message.id = MessageId::random();
  message.channel = Channel::sms;
  message.recipient = recipient;
  message.text = "sms.login_code";
  message.values = {{"code", "447683"}, {"empty", ""}, {"portal", "Flex: 3:a"}};
  message.language = Language::de;
  message.portal = PortalId("flex");
  message.order_key = order_key;
  message.created = kNoon;
  message.expires = kNoon + 10min;
  return message;
}

void put(StoreFixture& f, const Message& message) {
  f.write([&](Transaction& t) { got(t.outbox().put(message)); });
}

std::vector<Message> lease(StoreFixture& f, UtcTime now, int limit = 10) {
  std::vector<Message> leased;
  f.write([&](Transaction& t) { leased = got(t.outbox_queue().lease(now, now + 1min, limit)); });
  return leased;
}

void a_message_comes_out_as_it_was_put_in(void**) {
  // R10, S1
  StoreFixture f;
  const Message message = message_to("+41791234567");
  put(f, message);
  const std::vector<Message> leased = lease(f, kNoon);
  assert_int_equal(leased.size(), 1);
  assert_text(leased[0].id.text(), message.id.text());
  assert_true(leased[0].channel == Channel::sms);
  assert_text(leased[0].recipient, "+41791234567");
  assert_text(leased[0].text, "sms.login_code");
  assert_true(leased[0].values == message.values);
  assert_true(leased[0].language == Language::de);
  assert_text(leased[0].portal.text(), "flex");
  assert_text(leased[0].order_key, "person-1");
  assert_true(leased[0].created == kNoon);
  assert_true(leased[0].expires == kNoon + 10min);
  assert_int_equal(leased[0].attempts, 0);
}

void the_gateways_that_may_have_a_message_are_remembered(void**) {
  // S3: also by the next process
  StoreFixture f;
  const Message message = message_to("+41791234567");
  put(f, message);
  assert_int_equal(lease(f, kNoon).at(0).tried.size(), 0);
  f.write([&](Transaction& t) {
    got(t.outbox_queue().note_tried(message.id, {"kannel", "twilio"}));
    got(t.outbox_queue().retry_at(message.id, kNoon, "timed out"));
  });
  const std::vector<std::string> tried = lease(f, kNoon).at(0).tried;
  assert_true((tried == std::vector<std::string>{"kannel", "twilio"}));
  f.write([&](Transaction& t) {
    got(t.outbox_queue().note_tried(message.id, {}));
    got(t.outbox_queue().retry_at(message.id, kNoon, "refused"));
  });
  assert_int_equal(lease(f, kNoon).at(0).tried.size(), 0);
}

void what_was_handed_over_waits_for_its_report_and_holds_up_nothing(void**) {
  // S3
  StoreFixture f;
  const Message first = message_to("+41791234567");
  Message notice = message_to("+41791234567");
  notice.text = "mail.changed";
  put(f, first);
  put(f, notice);
  assert_int_equal(lease(f, kNoon).size(), 1);
  f.write([&](Transaction& t) { got(t.outbox_queue().await_report(first.id, kNoon + 30s)); });
  // The worker that ends it after that changes nothing.
  f.write(
      [&](Transaction& t) { got(t.outbox_queue().finish(first.id, MessageState::sent, kNoon)); });
  const std::vector<Message> next = lease(f, kNoon + 1s);
  assert_int_equal(next.size(), 1);
  assert_text(next[0].id.text(), notice.id.text());
  f.write(
      [&](Transaction& t) { got(t.outbox_queue().finish(notice.id, MessageState::sent, kNoon)); });
  assert_int_equal(lease(f, kNoon + 29s).size(), 0);
  const std::vector<Message> again = lease(f, kNoon + 30s);
  assert_int_equal(again.size(), 1);
  assert_text(again[0].id.text(), first.id.text());
  assert_text(again[0].values.at("code"), "447683");
}

void a_report_ends_a_message_or_sends_it_on(void**) {
  // S3
  StoreFixture f;
  const Message arrived = message_to("+41791234567", "anna");
  const Message lost = message_to("+41791234568", "beat");
  put(f, arrived);
  put(f, lost);
  assert_int_equal(lease(f, kNoon).size(), 2);
  f.write([&](Transaction& t) {
    for (const Message* message : {&arrived, &lost}) {
      got(t.outbox_queue().note_tried(message->id, {"kannel"}));
      got(t.outbox_queue().await_report(message->id, kNoon + 30s));
    }
    got(t.outbox_queue().take_report(arrived.id, "kannel", true, kNoon + 2s));
    got(t.outbox_queue().take_report(lost.id, "kannel", false, kNoon + 2s));
  });
  const std::vector<Message> again = lease(f, kNoon + 2s);
  assert_int_equal(again.size(), 1);
  assert_text(again[0].id.text(), lost.id.text());
  assert_int_equal(lease(f, kNoon + 10min - 1s).size(), 1);
}

void a_gateway_that_was_given_up_reports_on_nothing_but_arrival(void**) {
  // S3: the message is another gateway's by now
  StoreFixture f;
  const Message message = message_to("+41791234567");
  put(f, message);
  assert_int_equal(lease(f, kNoon).size(), 1);
  f.write([&](Transaction& t) {
    got(t.outbox_queue().note_tried(message.id, {"kannel", "twilio"}));
    got(t.outbox_queue().await_report(message.id, kNoon + 30s));
    got(t.outbox_queue().take_report(message.id, "kannel", false, kNoon + 2s));
  });
  assert_int_equal(lease(f, kNoon + 29s).size(), 0);
  f.write([&](Transaction& t) {
    got(t.outbox_queue().take_report(message.id, "kannel", true, kNoon + 3s));
  });
  assert_int_equal(lease(f, kNoon + 31s).size(), 0);
}

void a_code_that_was_replaced_is_not_sent_once_more(void**) {
  // S1, S3
  StoreFixture f;
  const Message old = message_to("+41791234567");
  put(f, old);
  assert_int_equal(lease(f, kNoon).size(), 1);
  f.write([&](Transaction& t) { got(t.outbox_queue().await_report(old.id, kNoon + 30s)); });
  const Message fresh = message_to("+41791234567");
  put(f, fresh);
  const std::vector<Message> leased = lease(f, kNoon + 31s);
  assert_int_equal(leased.size(), 1);
  assert_text(leased[0].id.text(), fresh.id.text());
  f.write(
      [&](Transaction& t) { got(t.outbox_queue().finish(fresh.id, MessageState::sent, kNoon)); });
  assert_int_equal(lease(f, kNoon + 32s).size(), 0);
}

void a_code_that_expired_unreported_is_not_sent_once_more(void**) {
  // S1, S3: a dead code helps nobody, whether it arrived or not
  StoreFixture f;
  const Message message = message_to("+41791234567");
  put(f, message);
  assert_int_equal(lease(f, kNoon).size(), 1);
  f.write([&](Transaction& t) { got(t.outbox_queue().await_report(message.id, kNoon + 30s)); });
  assert_true(lease(f, message.expires).empty());
  f.read([&](Transaction& t) {
    assert_true(got(t.outbox_view().get(message.id)).state == MessageState::sent);
  });
}

void what_a_failed_request_wanted_to_send_is_never_sent(void**) {
  // R13
  StoreFixture f;
  const Result<void> failed = f.store->write("test.write", [&](Transaction& t) -> Result<void> {
    got(t.outbox().put(message_to("+41791234567")));
    return fail(Errc::denied, "on purpose");
  });
  assert_error(failed, Errc::denied);
  assert_true(lease(f, kNoon).empty());
}

void a_leased_message_is_given_to_nobody_else_until_the_lease_ends(void**) {
  // S3
  StoreFixture f;
  put(f, message_to("+41791234567"));
  assert_int_equal(lease(f, kNoon).size(), 1);
  assert_true(lease(f, kNoon + 59s).empty());
  const std::vector<Message> again = lease(f, kNoon + 1min);
  assert_int_equal(again.size(), 1);
  assert_int_equal(again[0].attempts, 1);
}

void messages_of_one_person_keep_their_order(void**) {
  // R10
  StoreFixture f;
  const Message first = message_to("+41790000001");
  const Message second = message_to("+41790000002");
  const Message other = message_to("+41790000003", "person-2");
  for (const Message* message : {&first, &second, &other}) put(f, *message);
  std::vector<Message> leased = lease(f, kNoon);
  assert_int_equal(leased.size(), 2);
  assert_text(leased[0].id.text(), first.id.text());
  assert_text(leased[1].id.text(), other.id.text());
  // While the first waits for its next try, the second waits too.
  f.write([&](Transaction& t) {
    got(t.outbox_queue().retry_at(first.id, kNoon + 5min, "550 <vera@example.ch>"));
  });
  assert_true(lease(f, kNoon + 30s).empty());
  f.write(
      [&](Transaction& t) { got(t.outbox_queue().finish(first.id, MessageState::sent, kNoon)); });
  leased = lease(f, kNoon + 30s);
  assert_int_equal(leased.size(), 1);
  assert_text(leased[0].id.text(), second.id.text());
}

void messages_without_an_order_key_wait_for_no_other(void**) {
  // R10
  StoreFixture f;
  put(f, message_to("+41790000001", ""));
  put(f, message_to("+41790000002", ""));
  assert_int_equal(lease(f, kNoon, 1).size(), 1);
  assert_int_equal(lease(f, kNoon).size(), 1);
}

void a_retried_message_is_due_at_its_time(void**) {
  // S3
  StoreFixture f;
  const Message message = message_to("+41791234567");
  put(f, message);
  assert_int_equal(lease(f, kNoon).size(), 1);
  f.write(
      [&](Transaction& t) { got(t.outbox_queue().retry_at(message.id, kNoon + 2s, "timeout")); });
  assert_true(lease(f, kNoon + 1s).empty());
  const std::vector<Message> again = lease(f, kNoon + 2s);
  assert_int_equal(again.size(), 1);
  assert_true(again[0].values == message.values);
}

void a_finished_message_stays_finished(void**) {
  // S3
  StoreFixture f;
  const Message message = message_to("+41791234567");
  put(f, message);
  assert_int_equal(lease(f, kNoon).size(), 1);
  f.write([&](Transaction& t) {
    got(t.outbox_queue().finish(message.id, MessageState::sent, kNoon));
    got(t.outbox_queue().retry_at(message.id, kNoon, "late"));
    got(t.outbox_queue().finish(message.id, MessageState::failed, kNoon));
    assert_error(t.outbox_queue().finish(message.id, MessageState::waiting, kNoon), Errc::internal);
  });
  assert_true(lease(f, kNoon + 24h).empty());
}

/// What a message is said to have failed with.
std::string trouble_of(StoreFixture& f, const MessageId& id) {
  std::string trouble;
  f.read([&](Transaction& t) { trouble = got(t.outbox_view().get(id)).trouble; });
  return trouble;
}

void a_message_that_was_not_sent_keeps_why(void**) {
  // issue 4: why it failed last; what was sent has failed with nothing
  StoreFixture f;
  const Message refused = message_to("+41790000001", "anna");
  const Message late = message_to("+41790000002", "beat");
  const Message sent = message_to("+41790000003", "carla");
  for (const Message* message : {&refused, &late, &sent}) put(f, *message);
  assert_int_equal(lease(f, kNoon).size(), 3);
  f.write([&](Transaction& t) {
    for (const Message* message : {&refused, &late, &sent}) {
      got(t.outbox_queue().retry_at(message->id, kNoon, "unavailable: timeout"));
    }
    got(t.outbox_queue().finish(refused.id, MessageState::failed, kNoon, "denied: HTTP 403"));
    got(t.outbox_queue().finish(late.id, MessageState::expired, kNoon));
    got(t.outbox_queue().finish(sent.id, MessageState::sent, kNoon));
    got(t.outbox_queue().finish(sent.id, MessageState::failed, kNoon, "too late"));
  });
  assert_text(trouble_of(f, refused.id), "denied: HTTP 403");
  assert_text(trouble_of(f, late.id), "unavailable: timeout");
  assert_text(trouble_of(f, sent.id), "");
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_message_comes_out_as_it_was_put_in),
      cmocka_unit_test(the_gateways_that_may_have_a_message_are_remembered),
      cmocka_unit_test(what_was_handed_over_waits_for_its_report_and_holds_up_nothing),
      cmocka_unit_test(a_report_ends_a_message_or_sends_it_on),
      cmocka_unit_test(a_gateway_that_was_given_up_reports_on_nothing_but_arrival),
      cmocka_unit_test(a_code_that_was_replaced_is_not_sent_once_more),
      cmocka_unit_test(a_code_that_expired_unreported_is_not_sent_once_more),
      cmocka_unit_test(what_a_failed_request_wanted_to_send_is_never_sent),
      cmocka_unit_test(a_leased_message_is_given_to_nobody_else_until_the_lease_ends),
      cmocka_unit_test(messages_of_one_person_keep_their_order),
      cmocka_unit_test(messages_without_an_order_key_wait_for_no_other),
      cmocka_unit_test(a_retried_message_is_due_at_its_time),
      cmocka_unit_test(a_finished_message_stays_finished),
      cmocka_unit_test(a_message_that_was_not_sent_keeps_why),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
