#include "domain/ports/outbox.hpp"

#include "fixture.hpp"

using namespace portal;
using namespace portal::test;
using nlohmann::json;

namespace {

/// A desk with messages that wait.
struct DeskWithMessages : Desk {
  /// To Anna, by SMS; of a person each, unless `person` says otherwise.
  MessageId put(std::string person = "") const {
    Message message;
    message.id = MessageId::random();
    message.channel = Channel::sms;
    message.recipient = "+41791234567";
    message.text = "sms.login_code";
    message.values = {{"code", "447683"}};
    message.portal = PortalId("flex");
    message.order_key = person.empty() ? "person-of-" + message.id.text() : person;
    message.created = house.clock.now();
    message.expires = house.clock.now() + std::chrono::minutes(10);
    work([&](Transaction& t) { assert_ok(t.outbox().put(message)); });
    return message.id;
  }
  template <class F>
  void work(F&& act) const {
    assert_ok(house.store->write("test.work", [&](Transaction& transaction) -> Result<void> {
      act(transaction);
      return {};
    }));
  }
  /// A worker takes everything that is due in hand.
  void lease() const {
    const UtcTime now = house.clock.now();
    work([&](Transaction& t) {
      assert_ok(t.outbox_queue().lease(now, now + std::chrono::seconds(60), 100));
    });
  }
  void give_back(const MessageId& id) const {
    const UtcTime next = house.clock.now() + std::chrono::minutes(5);
    work([&](Transaction& t) {
      assert_ok(t.outbox_queue().note_tried(id, {"kannel"}));
      assert_ok(t.outbox_queue().retry_at(id, next, "unavailable: twilio: HTTP 503"));
    });
  }
  void end(const MessageId& id, MessageState state, std::string_view why = {}) const {
    work([&](Transaction& t) {
      assert_ok(t.outbox_queue().finish(id, state, house.clock.now(), why));
    });
  }
  json listed(const std::string& query = "") const {
    return body_of(get("/v1/outbox" + query), 200).at("messages");
  }
  json shown(const MessageId& id) const { return body_of(get("/v1/outbox/" + id.text()), 200); }
  json retried(const MessageId& id, int status) const {
    return body_of(post("/v1/outbox/" + id.text() + "/retry"), status);
  }
  std::string refusal(const MessageId& id) const {
    return retried(id, 409).at("detail").get<std::string>();
  }
};

void assert_says(const std::string& text, const std::string& part) {
  if (text.find(part) == std::string::npos) fail_msg("'%s': %s", part.c_str(), text.c_str());
}

void an_operator_sees_what_waits_and_why(void**) {
  // J2, J4, S3: never the number, never the code
  const DeskWithMessages desk;
  const MessageId id = desk.put();
  desk.lease();
  desk.give_back(id);
  const json one = desk.listed().at(0);
  assert_text(one.at("id").get<std::string>(), id.text());
  assert_text(one.at("state").get<std::string>(), "waiting");
  assert_text(one.at("recipient").get<std::string>(), "+41 •• ••• •• 67");
  assert_text(one.at("trouble").get<std::string>(), "unavailable: twilio: HTTP 503");
  assert_text(one.at("gateways").at(0).get<std::string>(), "kannel");
  assert_int_equal(one.at("attempts").get<int>(), 1);
  assert_text(one.at("due").get<std::string>(), "2026-03-02T09:05:00.000Z");
  assert_text(one.at("expires").get<std::string>(), "2026-03-02T09:10:00.000Z");
  assert_true(one == desk.shown(id));
  body_of(desk.get("/v1/outbox/nobody"), 404);
  const std::string said = desk.get("/v1/outbox").body + desk.shown(id).dump();
  const std::string audit = desk.get("/v1/audit").body;
  assert_says(audit, "admin.outbox_listed");
  assert_says(audit, "admin.message_shown");
  assert_says(audit, "\"account\":\"person-of-" + id.text() + "\"");
  for (const char* secret : {"791234567", "447683"}) {
    assert_true((said + audit).find(secret) == std::string::npos);
  }
}

void lists_are_filtered_and_paged(void**) {
  // issue 4
  const DeskWithMessages desk;
  std::vector<MessageId> ids;
  for (int i = 0; i < 4; ++i) ids.push_back(desk.put());
  desk.end(ids[0], MessageState::failed, "denied: HTTP 403");
  assert_int_equal(desk.listed().size(), 3);
  assert_int_equal(desk.listed("?state=any").size(), 4);
  assert_int_equal(desk.listed("?state=waiting&channel=mail").size(), 0);
  const json failed = desk.listed("?state=failed&channel=sms");
  assert_int_equal(failed.size(), 1);
  assert_text(failed[0].at("trouble").get<std::string>(), "denied: HTTP 403");
  assert_true(failed[0].at("recipient").is_null() && failed[0].at("due").is_null());
  const json page = body_of(desk.get("/v1/outbox?limit=2"), 200);
  const json rest = body_of(desk.get("/v1/outbox?limit=2&after=" + page.at("next").dump()), 200);
  assert_int_equal(rest.at("messages").size(), 1);
  assert_text(rest.at("messages")[0].at("id").get<std::string>(), ids[3].text());
  assert_true(rest.at("next").is_null());
  for (const char* query : {"?state=lost", "?channel=fax", "?after=-1", "?limit=0", "?more=1"}) {
    body_of(desk.get(std::string("/v1/outbox") + query), 422);
  }
}

void a_message_that_waits_is_tried_at_once(void**) {
  // J1, J2, S3: the gateway that may have it stays noted
  const DeskWithMessages desk;
  const MessageId id = desk.put();
  desk.lease();
  desk.give_back(id);
  const json done = desk.retried(id, 200);
  assert_text(done.at("due").get<std::string>(), "2026-03-02T09:00:00.000Z");
  const json one = desk.shown(id);
  assert_text(one.at("due").get<std::string>(), "2026-03-02T09:00:00.000Z");
  assert_text(one.at("gateways").at(0).get<std::string>(), "kannel");
  const json records = body_of(desk.get("/v1/audit"), 200).at("records");
  const json& record = records.at(0);
  assert_text(record.at("what").get<std::string>(), "message.retried");
  assert_text(record.at("decision").get<std::string>(), done.at("decision").get<std::string>());
  assert_text(record.at("actor").get<std::string>(), "uid 0");
  assert_text(record.at("reason").get<std::string>(), "message " + id.text());
  desk.retried(MessageId("nobody"), 404);
}

void what_may_have_been_sent_is_not_sent_again(void**) {
  // S3
  DeskWithMessages desk;
  const MessageId reported = desk.put();
  const MessageId lost = desk.put();
  const MessageId sent = desk.put();
  desk.lease();
  assert_says(desk.refusal(sent), "being sent at this moment");
  desk.end(sent, MessageState::sent);
  const UtcTime now = desk.house.clock.now();
  desk.work([&](Transaction& t) {
    assert_ok(t.outbox_queue().note_tried(lost, {"kannel"}));
    for (const MessageId* id : {&reported, &lost}) {
      assert_ok(t.outbox_queue().await_report(*id, now + std::chrono::seconds(30)));
    }
    assert_ok(t.outbox_queue().take_report(lost, "kannel", false, now));
  });
  assert_says(desk.refusal(reported), "will report whether it arrived");
  assert_says(desk.refusal(sent), "was sent");
  // The report said that it never will arrive: the worker finds it, and then it may be hastened.
  desk.lease();
  desk.give_back(lost);
  desk.retried(lost, 200);
  assert_int_equal(desk.house.event_count("message.retried"), 1);
}

void what_was_wiped_says_what_to_do(void**) {
  // issue 4: it cannot be sent again, and nothing has changed
  DeskWithMessages desk;
  const MessageId failed = desk.put();
  const MessageId late = desk.put();
  desk.end(failed, MessageState::failed, "denied: HTTP 403");
  assert_says(desk.refusal(failed), "cannot be sent again");
  assert_says(desk.refusal(failed), "asks for a new one");
  desk.house.clock.advance(std::chrono::minutes(10));
  assert_says(desk.refusal(late), "has expired");
  desk.end(late, MessageState::expired);
  assert_says(desk.refusal(late), "has expired");
  assert_text(desk.shown(failed).at("state").get<std::string>(), "failed");
  assert_int_equal(desk.house.event_count("message.retried"), 0);
}

void messages_of_one_person_keep_their_order(void**) {
  // R10: also when an administrator is in a hurry
  const DeskWithMessages desk;
  const MessageId first = desk.put("anna");
  const MessageId second = desk.put("anna");
  assert_text(desk.shown(second).at("behind").get<std::string>(), first.text());
  assert_says(desk.refusal(second), "retry " + first.text());
  desk.retried(first, 200);
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(an_operator_sees_what_waits_and_why),
      cmocka_unit_test(lists_are_filtered_and_paged),
      cmocka_unit_test(a_message_that_waits_is_tried_at_once),
      cmocka_unit_test(what_may_have_been_sent_is_not_sent_again),
      cmocka_unit_test(what_was_wiped_says_what_to_do),
      cmocka_unit_test(messages_of_one_person_keep_their_order),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
