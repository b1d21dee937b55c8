#include "delivery/sms/gateways.hpp"

#include <memory>

#include "delivery/round.hpp"
#include "delivery/sms/store_memory.hpp"
#include "delivery/switchboard.hpp"
#include "fake_outbox.hpp"
#include "scripted_gateway.hpp"
#include "support/cmocka.hpp"

using namespace portal;
using namespace std::chrono_literals;
using test::assert_text;
using test::ScriptedGateway;

namespace {

const auto kTakes = ScriptedGateway::says(200, "0: ok");
const auto kFull = ScriptedGateway::says(200, "5: try again");
const auto kWrongNumber = ScriptedGateway::says(200, "9: no such number");

SmsGateway gateway_at(const std::string& name, const std::string& url) {
  SmsGatewaySettings settings;
  settings.name = name;
  settings.url = url;
  settings.body_format = SmsGatewaySettings::BodyFormat::form;
  settings.body = "to={number}&text={text}";
  settings.accepted = {{200}, "0: ", "", "", {}};
  settings.refused = {{200}, "9: ", "", "", {}};
  settings.timeout = 300ms;
  settings.headers = {"X-Report: {report}%d"};
  settings.report_wait = 30s;
  Result<SmsGateway> gateway = SmsGateway::open(std::move(settings));
  assert_ok(gateway);
  return std::move(*gateway);
}

/// An outbox with its worker's round, before two gateways.
struct House {
  House(std::vector<ScriptedGateway::Answer> first_script,
        std::vector<ScriptedGateway::Answer> second_script)
      : first(std::move(first_script)), second(std::move(second_script)) {
    start();
  }
  /// As a daemon does that comes up again: only the store is the same.
  void start() {
    std::vector<SmsGateway> list;
    list.push_back(gateway_at("first", first.url()));
    list.push_back(gateway_at("second", second.url()));
    gateways = std::make_unique<SmsGateways>(std::move(list), 3, pause, memory, clock, address);
    board = std::make_unique<Switchboard>(mails, *gateways);
    round = std::make_unique<DeliveryRound>(
        DeliveryRound::Neighbours{store, phrasebook, *board, clock}, DeliverySettings{});
  }
  void run() {
    assert_ok(round->run([] { return false; }));
  }
  void send(const char* id) {
    store.put(test::code_sms(clock, id, id));
    run();
  }
  test::QueuedMessage look_at(const char* id) { return store.look_at(MessageId(id)); }

  std::chrono::milliseconds pause{60'000};
  SmsReportAddress address;
  ScriptedGateway first;
  ScriptedGateway second;
  test::FakeClock clock;
  test::FakeStore store;
  test::FakePhrasebook phrasebook;
  test::FakeTransport mails;
  test::CapturedLog log;
  StoreSmsMemory memory{store};
  std::unique_ptr<SmsGateways> gateways;
  std::unique_ptr<Switchboard> board;
  std::unique_ptr<DeliveryRound> round;
};

void the_first_gateway_that_takes_it_is_the_only_one(void**) {
  // S3
  House house({kTakes}, {kTakes});
  house.send("s1");
  assert_true(house.look_at("s1").state == MessageState::sent);
  assert_int_equal(house.first.requests().size(), 1);
  assert_int_equal(house.second.requests().size(), 0);
}

void what_one_refuses_the_next_gets(void**) {
  // S3
  House house({kFull}, {kTakes});
  house.send("s1");
  assert_true(house.look_at("s1").state == MessageState::sent);
  assert_int_equal(house.second.requests().size(), 1);
}

void whoever_refused_may_get_it_again(void**) {
  // S3: never sent twice by one gateway unless it refused
  House house({kFull, kTakes}, {kFull});
  house.send("s1");
  assert_true(house.look_at("s1").state == MessageState::waiting);
  assert_int_equal(house.look_at("s1").message.tried.size(), 0);
  house.clock.advance(1s);
  house.run();
  assert_true(house.look_at("s1").state == MessageState::sent);
  assert_int_equal(house.first.requests().size(), 2);
}

void whoever_may_have_it_never_gets_it_again(void**) {
  // S3, also when the daemon starts again: accepts and then times out
  House house({ScriptedGateway::hangs(), kTakes}, {kFull, kTakes});
  house.send("s1");
  assert_true(house.look_at("s1").state == MessageState::waiting);
  assert_int_equal(house.look_at("s1").message.tried.size(), 1);
  assert_text(house.look_at("s1").message.tried[0], "first");
  house.start();
  house.clock.advance(1s);
  house.run();
  assert_true(house.look_at("s1").state == MessageState::sent);
  assert_int_equal(house.first.requests().size(), 1);
  assert_int_equal(house.second.requests().size(), 2);
}

void a_crash_while_a_gateway_is_asked_counts_as_asked(void**) {
  // S3, R13
  House house({kTakes}, {kTakes});
  house.store.put(test::code_sms(house.clock, "s1"));
  // As it stands in the store when the daemon dies between asking and noting the answer.
  assert_ok(house.memory.note_tried(MessageId("s1"), {"first"}));
  house.run();
  assert_int_equal(house.first.requests().size(), 0);
  assert_int_equal(house.second.requests().size(), 1);
}

void nobody_is_asked_before_it_is_noted(void**) {
  // S3
  House house({kTakes}, {kTakes});
  house.store.broken = {"delivery.sms_tried"};
  house.send("s1");
  assert_true(house.look_at("s1").state == MessageState::waiting);
  assert_int_equal(house.first.requests().size() + house.second.requests().size(), 0);
}

void when_everybody_may_have_it_it_ends(void**) {
  // S3
  House house({ScriptedGateway::hangs_up()}, {ScriptedGateway::says(500, "")});
  house.send("s1");
  assert_true(house.look_at("s1").state == MessageState::failed);
  assert_int_equal(house.first.requests().size(), 1);
  assert_int_equal(house.second.requests().size(), 1);
}

void a_number_that_is_none_is_not_taken_to_the_next(void**) {
  // S3
  House house({kWrongNumber}, {kTakes});
  house.send("s1");
  assert_true(house.look_at("s1").state == MessageState::failed);
  assert_int_equal(house.second.requests().size(), 0);
}

void a_dead_gateway_is_passed_over_after_some_failures(void**) {
  // S3
  House house({ScriptedGateway::hangs_up()}, {kTakes});
  for (const char* id : {"a", "b", "c", "d", "e"}) house.send(id);
  assert_true(house.look_at("e").state == MessageState::sent);
  assert_int_equal(house.first.requests().size(), 3);
  assert_int_equal(house.second.requests().size(), 5);
  assert_true(house.gateways->is_open());
  assert_true(house.log.has("SMS gateway fails and is passed over gateway=first"));
}

void wrong_numbers_do_not_close_a_gateway(void**) {
  // S3: whoever types wrong numbers keeps nobody from logging in
  House house({kWrongNumber}, {kWrongNumber});
  for (const char* id : {"a", "b", "c", "d"}) house.send(id);
  assert_int_equal(house.first.requests().size(), 4);
}

void when_all_are_passed_over_it_can_be_known_beforehand(void**) {
  // S3; then one message finds out whether a gateway works again
  House house({kFull, kFull, kFull, kTakes}, {kFull});
  house.pause = 100ms;
  house.start();
  for (const char* id : {"a", "b", "c"}) house.send(id);
  assert_false(house.gateways->is_open());
  house.send("d");
  assert_true(house.look_at("d").state == MessageState::waiting);
  assert_int_equal(house.first.requests().size(), 3);
  std::this_thread::sleep_for(150ms);
  assert_true(house.gateways->is_open());
  house.send("e");
  assert_true(house.look_at("e").state == MessageState::sent);
  assert_true(house.log.has("SMS gateway works again gateway=first"));
}

void without_a_report_the_next_gateway_gets_it(void**) {
  // S3: and the one that took it does not
  House house({kTakes}, {kTakes});
  house.address = [](const std::string& gateway, const MessageId& message) {
    return "http://127.0.0.1:13080/" + gateway + "/" + message.text() + "/";
  };
  house.start();
  house.send("s1");
  assert_true(house.look_at("s1").state == MessageState::handed_over);
  assert_true(house.first.requests()[0].has("X-Report: http://127.0.0.1:13080/first/s1/%d\r\n"));
  house.clock.advance(29s);
  house.run();
  assert_int_equal(house.second.requests().size(), 0);
  house.clock.advance(1s);
  house.run();
  assert_int_equal(house.first.requests().size(), 1);
  assert_int_equal(house.second.requests().size(), 1);
  house.clock.advance(30s);
  house.run();
  // Nobody is left.
  assert_int_equal(house.first.requests().size() + house.second.requests().size(), 2);
  assert_true(house.look_at("s1").state == MessageState::sent);
}

void where_no_report_can_come_none_is_asked_for(void**) {
  // S3
  House house({kTakes}, {kTakes});
  house.send("s1");
  assert_true(house.look_at("s1").state == MessageState::sent);
  assert_false(house.first.requests()[0].has("X-Report"));
}

void a_trial_asks_those_that_are_passed_over_too(void**) {
  // J2
  House house({kFull, kFull, kFull, kTakes}, {kTakes});
  for (const char* id : {"a", "b", "c"}) house.send(id);
  const OutgoingSms trial{
      MessageId("t"), PortalId("flex"),  *PhoneNumber::from_e164("+41790000011"),
      Secret("Test"), house.clock.now(), house.clock.now() + 5min};
  const auto all = house.gateways->try_out(trial, "");
  assert_ok(all);
  assert_int_equal(all->size(), 1);
  assert_text(all->at(0).gateway, "first");
  const auto one = house.gateways->try_out(trial, "second");
  assert_ok(one);
  assert_text(one->at(0).gateway, "second");
  assert_error(house.gateways->try_out(trial, "third"), Errc::not_found);
}

void mails_go_their_own_way(void**) {
  // S3
  House house({kTakes}, {kTakes});
  house.store.put(test::code_mail(house.clock, "m1"));
  house.run();
  assert_int_equal(house.mails.sent().size(), 1);
  assert_int_equal(house.first.requests().size(), 0);
}

void the_log_names_gateway_and_outcome_and_nothing_else(void**) {
  // J4
  House house({ScriptedGateway::says(400, "+41791234567: 44768312 refused")}, {kTakes});
  house.send("s1");
  assert_true(house.log.has("message=s1 gateway=first outcome=refused detail=HTTP 400"));
  assert_true(house.log.has("message=s1 gateway=second outcome=accepted"));
  assert_false(house.log.has("44768312"));
  assert_false(house.log.has("79123"));
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(the_first_gateway_that_takes_it_is_the_only_one),
      cmocka_unit_test(what_one_refuses_the_next_gets),
      cmocka_unit_test(whoever_refused_may_get_it_again),
      cmocka_unit_test(whoever_may_have_it_never_gets_it_again),
      cmocka_unit_test(a_crash_while_a_gateway_is_asked_counts_as_asked),
      cmocka_unit_test(nobody_is_asked_before_it_is_noted),
      cmocka_unit_test(when_everybody_may_have_it_it_ends),
      cmocka_unit_test(a_number_that_is_none_is_not_taken_to_the_next),
      cmocka_unit_test(a_dead_gateway_is_passed_over_after_some_failures),
      cmocka_unit_test(wrong_numbers_do_not_close_a_gateway),
      cmocka_unit_test(when_all_are_passed_over_it_can_be_known_beforehand),
      cmocka_unit_test(without_a_report_the_next_gateway_gets_it),
      cmocka_unit_test(where_no_report_can_come_none_is_asked_for),
      cmocka_unit_test(a_trial_asks_those_that_are_passed_over_too),
      cmocka_unit_test(mails_go_their_own_way),
      cmocka_unit_test(the_log_names_gateway_and_outcome_and_nothing_else),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
