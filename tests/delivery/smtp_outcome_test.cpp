#include "delivery/smtp_outcome.hpp"

#include <vector>

#include "delivery/mail_settings.hpp"
#include "delivery/relay_circuit.hpp"
#include "delivery/round.hpp"
#include "support/cmocka.hpp"

using namespace portal;
using namespace std::chrono_literals;

namespace {

void a_reply_means_what_the_step_makes_of_it(void**) {
  // RFC 5321 section 4.2.1
  using Step = SmtpStep;
  using Outcome = SmtpOutcome;
  struct Case {
    Step step;
    const char* line;
    Outcome outcome;
  };
  const std::vector<Case> cases = {
      {Step::session, "", Outcome::relay_failed},
      {Step::session, "220 hello", Outcome::relay_failed},  // and then no TLS
      {Step::session, "421 go away", Outcome::relay_failed},
      {Step::session, "454 4.7.0 TLS not available", Outcome::relay_failed},
      {Step::session, "535 5.7.8 wrong password", Outcome::relay_failed},
      {Step::sender, "", Outcome::relay_failed},
      {Step::sender, "451 later", Outcome::not_now},
      {Step::sender, "530 5.7.0 log in first", Outcome::not_now},
      {Step::sender, "550 not from you", Outcome::not_now},
      {Step::recipient, "", Outcome::relay_failed},
      {Step::recipient, "421 too many", Outcome::relay_failed},
      {Step::recipient, "450 4.2.0 greylisted", Outcome::not_now},
      {Step::recipient, "550 5.1.1 no such user", Outcome::recipient_refused},
      {Step::recipient, "550-5.1.1 no such user", Outcome::recipient_refused},
      {Step::recipient, "550 no such user", Outcome::recipient_refused},
      {Step::recipient, "552 5.2.2 mailbox full", Outcome::recipient_refused},
      {Step::recipient, "554 5.7.1 relay access denied", Outcome::not_now},
      {Step::recipient, "530 log in first", Outcome::not_now},
      {Step::recipient, "503 bad sequence", Outcome::not_now},
      {Step::content, "354 go on", Outcome::relay_failed},
      {Step::content, "452 disk full", Outcome::not_now},
      {Step::content, "554 no", Outcome::mail_refused},
      {Step::end, "250 2.0.0 queued", Outcome::accepted},
      {Step::end, "451 4.3.0 later", Outcome::not_now},
      {Step::end, "421 closing", Outcome::relay_failed},
      {Step::end, "554 5.6.0 spam", Outcome::mail_refused},
      {Step::end, "", Outcome::uncertain},
      {Step::end, "354 what", Outcome::uncertain},
      {Step::end, "hello", Outcome::uncertain},
      {Step::end, "2500 ok", Outcome::uncertain},
      {Step::end, "25 ok", Outcome::uncertain},
      {Step::end, "950 ok", Outcome::uncertain},
      {Step::end, "250ok", Outcome::uncertain},
  };
  for (const Case& each : cases) {
    const std::string what = std::string(name_of(each.step)) + " " + each.line + " ";
    test::assert_text(
        what + std::string(name_of(outcome_of(each.step, SmtpReply::parse(each.line)))),
        what + std::string(name_of(each.outcome)));
  }
}

void of_a_reply_only_numbers_are_kept(void**) {
  // J4
  test::assert_text(SmtpReply::parse("550 5.1.1 <anna@example.ch>: unknown").text(), "550 5.1.1");
  test::assert_text(SmtpReply::parse("550 anna@example.ch").text(), "550");
  test::assert_text(SmtpReply::parse("550 5.1 x").text(), "550");
  test::assert_text(SmtpReply::parse("550 4.1.1 of another kind").text(), "550");
  test::assert_text(SmtpReply::parse("250\r\n").text(), "250");
  test::assert_text(SmtpReply::parse("anna@example.ch").text(), "");
}

MailRelay good() {
  MailRelay relay;
  relay.name = "first";
  relay.host = "smtp.example.ch";
  return relay;
}

template <class Change>
bool is_taken(Change change) {
  MailRelay relay = good();
  change(relay);
  return check_relay(relay).has_value();
}

void a_relay_on_another_host_wants_tls(void**) {
  // L3
  const auto plain = [](const char* host) {
    return is_taken([&](MailRelay& relay) {
      relay.host = host;
      relay.security = SmtpSecurity::none;
    });
  };
  for (const char* host : {"localhost", "127.0.0.1", "127.9.9.9", "::1"}) assert_true(plain(host));
  for (const char* host : {"smtp.example.ch", "10.0.0.1", "127.example.ch", "127.0.0.1.example.ch",
                           "localhost.example.ch", "::2", "0.0.0.0"}) {
    assert_false(plain(host));
  }
  assert_true(is_taken([](MailRelay& relay) {
    relay.host = "";
    relay.socket = "/run/smtp";
    relay.security = SmtpSecurity::none;
  }));
}

void what_cannot_stand_in_an_address_is_refused(void**) {
  // V1.2: nothing of a setting becomes another part of the URL
  assert_true(is_taken([](MailRelay&) {}));
  for (const char* host : {"", "a b", "a/b", "a@b", "a:25", "a?b", "a#b", "[::1]", "ä.ch", "-x"}) {
    assert_false(is_taken([&](MailRelay& relay) { relay.host = host; }));
  }
  for (const char* name : {"", "A", "a b", "a\"b"}) {
    assert_false(is_taken([&](MailRelay& relay) { relay.name = name; }));
  }
  assert_false(is_taken([](MailRelay& relay) { relay.helo = "a b"; }));
  assert_false(is_taken([](MailRelay& relay) { relay.user = "u"; }));
  assert_false(is_taken([](MailRelay& relay) { relay.password = Secret("p"); }));
  assert_false(is_taken([](MailRelay& relay) { relay.socket = "/run/smtp"; }));
  assert_false(is_taken([](MailRelay& relay) { relay.connect_timeout = relay.timeout + 1ms; }));
}

void all_settings_fit_together(void**) {
  // DESIGN 2, outbox
  MailSettings settings;
  settings.relays.push_back(good());
  assert_ok(check_mail(settings));
  for (const char* address : {"<>", "bounces@example.ch"}) {
    settings.bounces_to = address;
    assert_ok(check_mail(settings));
  }
  for (const char* address : {"bounces", "<bounces@example.ch>", "a@example.ch>\r\nRCPT TO:<b"}) {
    settings.bounces_to = address;
    assert_error(check_mail(settings), Errc::malformed);
  }
  settings.bounces_to = "";
  settings.relays.push_back(good());
  assert_error(check_mail(settings), Errc::malformed);
}

void a_relay_that_failed_is_passed_over_and_then_tried_by_one(void**) {
  // R10: a dead relay does not hold mails up
  RelayCircuit circuit(4s);
  const RelayCircuit::Time start{};
  assert_true(circuit.admits(start) && circuit.admits(start));
  circuit.failed(start);
  circuit.failed(start);  // the other one that was under way
  assert_false(circuit.admits(start + 799ms));
  assert_true(circuit.admits(start + 1s));
  assert_false(circuit.admits(start + 1s));
  circuit.failed(start + 2s);
  assert_false(circuit.admits(start + 3s));
  assert_true(circuit.admits(start + 4s));
  // It says nothing; the next one tries.
  assert_false(circuit.admits(start + 4s + kLongestSend - 1ms));
  assert_true(circuit.admits(start + 4s + kLongestSend));
  circuit.worked();
  assert_true(circuit.admits(start + 4s) && circuit.admits(start + 4s));
}

void the_pause_grows_to_its_limit(void**) {
  // DESIGN 2, outbox
  RelayCircuit circuit(4s);
  RelayCircuit::Time now{};
  for (int i = 0; i < 20; ++i) {
    circuit.failed(now);
    now += 4s;
    assert_true(circuit.admits(now));
  }
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_reply_means_what_the_step_makes_of_it),
      cmocka_unit_test(of_a_reply_only_numbers_are_kept),
      cmocka_unit_test(a_relay_on_another_host_wants_tls),
      cmocka_unit_test(what_cannot_stand_in_an_address_is_refused),
      cmocka_unit_test(all_settings_fit_together),
      cmocka_unit_test(a_relay_that_failed_is_passed_over_and_then_tried_by_one),
      cmocka_unit_test(the_pause_grows_to_its_limit),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
