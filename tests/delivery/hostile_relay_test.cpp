// Relays that do what they should not, by accident or on purpose.
#include <sys/resource.h>

#include "mail_outlet.hpp"

using namespace portal;
using namespace portal::test;
using namespace std::chrono_literals;
using Client = ScriptedSmtp::Client;

namespace {

void a_relay_that_hangs_costs_one_mail_its_patience(void**) {
  // R10: at each step; the next mail does not wait for it
  for (const char* step : {"greeting", "EHLO", "MAIL", "RCPT", "DATA", "."}) {
    ScriptedSmtp bad;
    const ScriptedSmtp good;
    bad.act(step, [](const Client& client) { client.hang(); });
    Outlet outlet(bad, good);
    MailTransport& transport = outlet.open();
    const bool early = std::string_view(step) == "greeting" || std::string_view(step) == "EHLO";
    const auto first = time_of([&] { assert_ok(transport.send(mail("a"))); });
    print_message("%s hangs: %d ms\n", step, static_cast<int>(first.count()));
    assert_true(first >= (early ? kConnectTimeout : kTimeout) - 50ms);
    assert_true(first < (early ? kConnectTimeout : kTimeout) + 500ms);
    assert_true(time_of([&] { assert_ok(transport.send(mail("b"))); }) < 200ms);
    assert_int_equal(good.mails().size(), 2);
  }
}

void one_byte_at_a_time_is_cut(void**) {
  // R10
  ScriptedSmtp bad;
  const ScriptedSmtp good;
  bad.act("greeting", [](const Client& client) { client.say_slowly("220 scripted\r\n", 100ms); });
  bad.act("MAIL", [](const Client& client) { client.say_slowly("250 ok\r\n", 200ms); });
  Outlet outlet(bad, good);
  assert_true(time_of([&] { assert_ok(outlet.open().send(mail())); }) < kConnectTimeout + 500ms);
  bad.answer("greeting", "220 scripted");
  Outlet later(bad, good);
  assert_true(time_of([&] { assert_ok(later.open().send(mail())); }) < kTimeout + 500ms);
  assert_int_equal(good.mails().size(), 2);
}

void a_reply_without_end_takes_neither_time_nor_memory(void**) {
  // DESIGN 2, outbox: 1 GB in one line, or in lines that are never the last
  const std::string piece(std::size_t{1} << 20U, 'x');
  std::string lines;
  while (lines.size() < piece.size()) lines += "250-more\r\n";
  for (const std::string* endless : {&piece, static_cast<const std::string*>(&lines)}) {
    ScriptedSmtp bad;
    const ScriptedSmtp good;
    bad.act("EHLO", [endless](const Client& client) {
      client.say("250-");
      for (int i = 0; i < 1024 && !client.gone(); ++i) client.say(*endless);
    });
    rusage before{};
    rusage after{};
    ::getrusage(RUSAGE_SELF, &before);
    Outlet outlet(bad, good);
    MailTransport& transport = outlet.open();
    assert_true(time_of([&] { assert_ok(transport.send(mail())); }) < kConnectTimeout + 700ms);
    ::getrusage(RUSAGE_SELF, &after);
#ifndef __SANITIZE_ADDRESS__  // which keeps what is freed for a while
    assert_true(after.ru_maxrss - before.ru_maxrss < 16 * 1024);
#endif
  }
}

void what_may_have_been_accepted_is_not_sent_to_that_relay_again(void**) {
  // DESIGN 2, outbox: closed or silent after the final dot
  const std::vector<std::pair<const char*, ScriptedSmtp::Act>> ends = {
      {"closed", [](const Client& client) { client.close(); }},
      {"silent", [](const Client& client) { client.hang(); }},
      {"garbage", [](const Client& client) { client.say("thanks\r\n"); }}};
  for (const auto& [name, act] : ends) {
    print_message("%s\n", name);
    ScriptedSmtp server;
    server.act(".", act);
    Outlet alone(server);
    assert_ok(alone.open().send(mail()));
    assert_int_equal(server.mails().size(), 1);
    assert_true(alone.log.has("relay=first outcome=uncertain"));
    assert_true(alone.log.has("counts as handed over"));

    const ScriptedSmtp other;
    Outlet two(server, other);
    assert_ok(two.open().send(mail()));
    assert_int_equal(server.mails().size(), 2);
    assert_int_equal(other.mails().size(), 1);
    // A receiver that gets both knows them for one.
    test::assert_text(other.mails()[0], server.mails()[1]);
  }
}

void go_on_and_goodbye_goes_to_the_next_relay(void**) {
  // DESIGN 2, outbox: 354, then closed
  ScriptedSmtp bad;
  const ScriptedSmtp good;
  bad.act("DATA", [](const Client& client) {
    client.say("354 go on\r\n");
    client.close();
  });
  Outlet outlet(bad, good);
  assert_ok(outlet.open().send(mail()));
  assert_true(outlet.log.has("relay=first outcome=uncertain"));
  assert_true(outlet.log.has("relay=second outcome=accepted"));
  assert_int_equal(good.mails().size(), 1);
  // All was on its way before the end was seen: who has no other relay does not send it twice.
  Outlet alone(bad);
  assert_ok(alone.open().send(mail()));
  assert_true(alone.log.has("relay=first outcome=uncertain"));
  assert_true(alone.log.has("counts as handed over"));
  assert_int_equal(count(bad, "DATA"), 2);
}

void accepted_is_accepted_whatever_follows(void**) {
  // DESIGN 2, outbox: 250 with garbage
  ScriptedSmtp server;
  server.act(".", [](const Client& client) { client.say("250 \xFF\x01 taken\r\n\x02\x03junk"); });
  const ScriptedSmtp other;
  Outlet outlet(server, other);
  MailTransport& transport = outlet.open();
  assert_ok(transport.send(mail("a")));
  assert_int_equal(server.mails().size(), 1);
  assert_int_equal(other.connections(), 0);
  // The junk stands before the reply to the next mail, which takes another way.
  assert_ok(transport.send(mail("b")));
  assert_int_equal(other.mails().size(), 1);
}

void without_starttls_nothing_is_said(void**) {
  // L3: the offer was stripped on the way
  const ScriptedSmtp server({{"EHLO", [](const Client& client) {
                                client.say("250-scripted\r\n250 AUTH PLAIN LOGIN\r\n");
                              }}});
  Outlet outlet(server);
  outlet.settings.relays[0].security = SmtpSecurity::starttls;
  outlet.settings.relays[0].user = "portal";
  outlet.settings.relays[0].password = Secret("not to be seen");
  assert_error(outlet.open().send(mail()), Errc::unavailable);
  assert_int_equal(count(server, "AUTH") + count(server, "MAIL"), 0);
}

void starttls_refused_ends_it(void**) {
  // L3
  ScriptedSmtp server(
      {{"EHLO", [](const Client& client) { client.say("250-scripted\r\n250 STARTTLS\r\n"); }}});
  for (const char* reply : {"454 4.7.0 not now\r\n", "220 go\r\nbut no TLS follows\r\n"}) {
    server.act("STARTTLS", [=](const Client& client) { client.say(reply); });
    Outlet outlet(server);
    outlet.settings.relays[0].security = SmtpSecurity::starttls;
    assert_error(outlet.open().send(mail()), Errc::unavailable);
    assert_int_equal(count(server, "MAIL"), 0);
  }
}

void plain_smtp_where_tls_is_wanted_fails(void**) {
  // L3
  const ScriptedSmtp server;
  Outlet outlet(server);
  outlet.settings.relays[0].security = SmtpSecurity::tls;
  assert_error(outlet.open().send(mail()), Errc::unavailable);
  assert_int_equal(count(server, "MAIL"), 0);
}

void a_wrong_login_is_the_relays_failure(void**) {
  // DESIGN 2, outbox: AUTH
  ScriptedSmtp server(
      {{"EHLO", [](const Client& client) { client.say("250-scripted\r\n250 AUTH PLAIN\r\n"); }}});
  server.answer("login", "535 5.7.8 wrong");
  Outlet outlet(server);
  outlet.settings.relays[0].user = "portal";
  outlet.settings.relays[0].password = Secret("geheim");
  const Result<void> sent = outlet.open().send(mail());
  assert_error(sent, Errc::unavailable);
  test::assert_text(sent.error().detail, "first: session: 535 5.7.8");
  server.answer("login", "235 in");
  Outlet again(server);
  again.settings.relays[0].user = "portal";
  again.settings.relays[0].password = Secret("geheim");
  MailTransport& transport = again.open();
  for (const char* id : {"a", "b"}) assert_ok(transport.send(mail(id)));
  // The second mail found the login on the kept connection.
  assert_int_equal(server.mails().size(), 2);
  assert_int_equal(server.connections(), 2);
}

void a_relay_that_offers_no_login_is_not_used_without(void**) {
  // L3: no fallback
  const ScriptedSmtp server;
  Outlet outlet(server);
  outlet.settings.relays[0].user = "portal";
  outlet.settings.relays[0].password = Secret("geheim");
  const Result<void> sent = outlet.open().send(mail());
  assert_error(sent, Errc::unavailable);
  test::assert_text(sent.error().detail, "first: sender: the relay offers no login");
  assert_int_equal(count(server, "RCPT"), 0);
}

void a_relay_that_does_not_say_goodbye_does_not_hold_the_end_up(void**) {
  // DESIGN 2, outbox: bounded
  ScriptedSmtp server;
  server.act("QUIT", [](const Client& client) { client.hang(); });
  Outlet outlet(server);
  assert_ok(outlet.open().send(mail()));
  assert_true(time_of([&] { outlet.transport.reset(); }) < 500ms);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_relay_that_hangs_costs_one_mail_its_patience),
      cmocka_unit_test(one_byte_at_a_time_is_cut),
      cmocka_unit_test(a_reply_without_end_takes_neither_time_nor_memory),
      cmocka_unit_test(what_may_have_been_accepted_is_not_sent_to_that_relay_again),
      cmocka_unit_test(go_on_and_goodbye_goes_to_the_next_relay),
      cmocka_unit_test(accepted_is_accepted_whatever_follows),
      cmocka_unit_test(without_starttls_nothing_is_said),
      cmocka_unit_test(starttls_refused_ends_it),
      cmocka_unit_test(plain_smtp_where_tls_is_wanted_fails),
      cmocka_unit_test(a_wrong_login_is_the_relays_failure),
      cmocka_unit_test(a_relay_that_offers_no_login_is_not_used_without),
      cmocka_unit_test(a_relay_that_does_not_say_goodbye_does_not_hold_the_end_up),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
