#include "domain/ports/outbox_view.hpp"

#include "domain/ports/outbox.hpp"
#include "fixture.hpp"

using namespace portal;
using namespace portal::test;

namespace {

Message message_to(std::string_view recipient, std::string_view order_key) {
  Message message;
  message.id = MessageId::random();
  message.channel = recipient.find('@') == std::string_view::npos ? Channel::sms : Channel::mail;
  message.recipient = recipient;
  message.text = message.channel == Channel::sms ? "sms.login_code" : "mail.confirm_address";
  message.values = {{"code", "447683"}};
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

void lease_all(StoreFixture& f, UtcTime now) {
  f.write([&](Transaction& t) { got(t.outbox_queue().lease(now, now + 1min, 100)); });
}

OutboxEntry look_at(StoreFixture& f, const MessageId& id) {
  std::optional<OutboxEntry> entry;
  f.read([&](Transaction& t) { entry = got(t.outbox_view().get(id)); });
  return *entry;
}

std::vector<std::string> ids_in(StoreFixture& f, const OutboxFilter& filter) {
  std::vector<std::string> ids;
  f.read([&](Transaction& t) {
    for (const OutboxEntry& entry : got(t.outbox_view().list(filter))) {
      ids.push_back(entry.id.text());
    }
  });
  return ids;
}

bool make_due(StoreFixture& f, const MessageId& id, UtcTime now) {
  bool made = false;
  f.write([&](Transaction& t) { made = got(t.outbox_view().make_due(id, now)); });
  return made;
}

void a_message_is_shown_without_recipient_and_values(void**) {
  // J4
  StoreFixture f;
  const Message sms = message_to("+41791234567", "person-1");
  const Message mail = message_to("anna.muster@example.ch", "person-2");
  put(f, sms);
  put(f, mail);
  const OutboxEntry shown = look_at(f, sms.id);
  assert_text(shown.recipient, "+41 •• ••• •• 67");
  assert_text(shown.order_key, "person-1");
  assert_text(shown.wording, "sms.login_code");
  assert_text(shown.portal.text(), "flex");
  assert_true(shown.channel == Channel::sms && shown.state == MessageState::waiting);
  assert_true(shown.created == kNoon && shown.expires == kNoon + 10min && shown.due == kNoon);
  assert_true(shown.leased_until == UtcTime() && !shown.finished);
  assert_int_equal(shown.attempts, 0);
  assert_text(shown.trouble, "");
  assert_true(shown.gateways.empty() && shown.behind.empty());
  assert_text(look_at(f, mail.id).recipient, "a…r@example.ch");
  f.read([&](Transaction& t) {
    assert_error(t.outbox_view().get(MessageId("nobody")), Errc::not_found);
  });
}

void what_became_of_a_message_is_shown(void**) {
  // S3, issue 4: how often, why, which gateways may have it, until when
  StoreFixture f;
  const Message first = message_to("+41791234567", "person-1");
  const Message second = message_to("+41791234567", "person-1");
  put(f, first);
  put(f, second);
  assert_text(look_at(f, second.id).behind.text(), first.id.text());
  lease_all(f, kNoon);
  assert_true(look_at(f, first.id).leased_until == kNoon + 1min);
  f.write([&](Transaction& t) {
    got(t.outbox_queue().note_tried(first.id, {"kannel", "twilio"}));
    got(t.outbox_queue().retry_at(first.id, kNoon + 8s, "unavailable: twilio: HTTP 503"));
  });
  OutboxEntry shown = look_at(f, first.id);
  assert_text(shown.trouble, "unavailable: twilio: HTTP 503");
  assert_true((shown.gateways == std::vector<std::string>{"kannel", "twilio"}));
  assert_int_equal(shown.attempts, 1);
  assert_true(shown.due == kNoon + 8s && shown.leased_until == UtcTime());
  f.write([&](Transaction& t) { got(t.outbox_queue().await_report(first.id, kNoon + 30s)); });
  shown = look_at(f, first.id);
  assert_true(shown.state == MessageState::handed_over && shown.due == kNoon + 30s);
  assert_true(look_at(f, second.id).behind.empty());
  f.write([&](Transaction& t) {
    got(t.outbox_queue().finish(second.id, MessageState::failed, kNoon + 1s, "denied: HTTP 403"));
  });
  shown = look_at(f, second.id);
  assert_true(shown.state == MessageState::failed && shown.finished == kNoon + 1s);
  assert_text(shown.trouble, "denied: HTTP 403");
  assert_text(shown.recipient + shown.order_key, "");
}

void messages_are_listed_by_state_and_channel_in_their_order(void**) {
  // issue 4
  StoreFixture f;
  std::vector<Message> all;
  for (int i = 0; i < 6; ++i) {
    all.push_back(message_to(i % 2 == 0 ? "+41791234567" : "anna@example.ch", std::to_string(i)));
    put(f, all.back());
  }
  lease_all(f, kNoon);
  f.write([&](Transaction& t) {
    got(t.outbox_queue().await_report(all[0].id, kNoon + 30s));
    got(t.outbox_queue().finish(all[1].id, MessageState::sent, kNoon));
    got(t.outbox_queue().finish(all[2].id, MessageState::failed, kNoon));
  });
  const auto id = [&](std::size_t i) { return all[i].id.text(); };
  using Ids = std::vector<std::string>;
  using State = MessageState;
  assert_true((ids_in(f, {{State::waiting, State::handed_over}, std::nullopt}) ==
               Ids{id(0), id(3), id(4), id(5)}));
  assert_true((ids_in(f, {{State::waiting}, Channel::mail}) == Ids{id(3), id(5)}));
  assert_true((ids_in(f, {{State::failed}, std::nullopt}) == Ids{id(2)}));
  assert_true((ids_in(f, {{State::expired}, std::nullopt}) == Ids{}));
  assert_true((ids_in(f, {{}, Channel::sms}) == Ids{id(0), id(2), id(4)}));
  const std::int64_t second = look_at(f, all[1].id).number;
  assert_true((ids_in(f, {{}, std::nullopt, second, 2}) == Ids{id(2), id(3)}));
}

void only_a_message_that_waits_and_is_in_nobodys_hand_is_made_due(void**) {
  // S3
  StoreFixture f;
  const Message message = message_to("+41791234567", "person-1");
  put(f, message);
  lease_all(f, kNoon);
  assert_false(make_due(f, message.id, kNoon + 59s));
  f.write([&](Transaction& t) {
    got(t.outbox_queue().note_tried(message.id, {"kannel"}));
    got(t.outbox_queue().retry_at(message.id, kNoon + 5min, "unavailable: down"));
  });
  assert_true(make_due(f, message.id, kNoon + 2s));
  assert_true(look_at(f, message.id).due == kNoon + 2s);
  f.write([&](Transaction& t) {
    const auto leased = got(t.outbox_queue().lease(kNoon + 2s, kNoon + 62s, 10));
    assert_int_equal(leased.size(), 1);
    // Whoever may have it is not forgotten.
    assert_true((leased[0].tried == std::vector<std::string>{"kannel"}));
    got(t.outbox_queue().await_report(message.id, kNoon + 30s));
  });
  assert_false(make_due(f, message.id, kNoon + 3s));
  f.write([&](Transaction& t) {
    got(t.outbox_queue().take_report(message.id, "kannel", true, kNoon + 4s));
  });
  assert_false(make_due(f, message.id, kNoon + 5s));
  const Message late = message_to("+41791234567", "person-2");
  put(f, late);
  assert_false(make_due(f, late.id, late.expires));
  assert_false(make_due(f, MessageId("nobody"), kNoon));
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_message_is_shown_without_recipient_and_values),
      cmocka_unit_test(what_became_of_a_message_is_shown),
      cmocka_unit_test(messages_are_listed_by_state_and_channel_in_their_order),
      cmocka_unit_test(only_a_message_that_waits_and_is_in_nobodys_hand_is_made_due),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
