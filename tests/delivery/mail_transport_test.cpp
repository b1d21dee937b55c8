#include "delivery/mail_transport.hpp"

#include "mail_outlet.hpp"

using namespace portal;
using namespace portal::test;
using namespace std::chrono_literals;
using Client = ScriptedSmtp::Client;

namespace {

/// What a receiver makes of the lines between DATA and the final dot (RFC 5321 section 4.5.2).
std::string without_stuffing(const std::string& lines) {
  std::string text;
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t end = lines.find("\r\n", at) + 2;
    if (lines[at] == '.') ++at;
    text += lines.substr(at, end - at);
    at = end;
  }
  return text;
}

void a_mail_arrives_byte_for_byte(void**) {
  // RFC 5321 section 4.5.2: lines that begin with dots too
  const ScriptedSmtp server;
  Outlet outlet(server);
  assert_ok(outlet.open().send(mail()));
  assert_int_equal(server.mails().size(), 1);
  const std::string composed(letterheads().compose(mail())->reveal());
  assert_true(composed.find("\r\n.\r\n..\r\n.dots\r\n") != std::string::npos);
  test::assert_text(without_stuffing(server.mails()[0]), composed);
  const std::vector<std::string> said = server.commands();
  test::assert_text(said[0], "EHLO portal.example.ch");
  test::assert_text(said[1], "MAIL FROM:<noreply@flex.example.ch>");
  test::assert_text(said[2], "RCPT TO:<anna@example.ch>");
}

void bounces_go_where_the_settings_say(void**) {
  // RFC 5321 section 4.5.5
  for (const auto& [setting, said] :
       {std::pair{"<>", "MAIL FROM:<>"},
        std::pair{"bounces@example.ch", "MAIL FROM:<bounces@example.ch>"}}) {
    const ScriptedSmtp server;
    Outlet outlet(server);
    outlet.settings.bounces_to = setting;
    assert_ok(outlet.open().send(mail()));
    test::assert_text(server.commands()[1], said);
  }
}

void one_connection_carries_many_mails(void**) {
  // DESIGN 2, outbox: connections are kept
  const ScriptedSmtp server;
  Outlet outlet(server);
  MailTransport& transport = outlet.open();
  for (const char* id : {"a", "b", "c"}) assert_ok(transport.send(mail(id)));
  assert_int_equal(server.mails().size(), 3);
  assert_int_equal(server.connections(), 1);
  assert_int_equal(count(server, "EHLO"), 1);
}

void after_a_refusal_the_next_mail_goes(void**) {
  // DESIGN 2, outbox: connections are kept
  ScriptedSmtp server;
  Outlet outlet(server);
  MailTransport& transport = outlet.open();
  server.answer("RCPT", "550 5.1.1 no");
  assert_error(transport.send(mail("a")), Errc::denied);
  server.answer("RCPT", "250 ok");
  assert_ok(transport.send(mail("b")));
  assert_int_equal(server.mails().size(), 1);
}

void a_kept_connection_that_was_closed_is_replaced(void**) {
  // DESIGN 2, outbox: a mail does not fail because nobody wrote for a while
  for (const char* farewell : {"", "421 idle for too long\r\n"}) {
    ScriptedSmtp server;
    server.act(".", [&](const Client& client) {
      client.say("250 taken\r\n");
      std::thread([client, farewell] {
        std::this_thread::sleep_for(50ms);
        client.say(farewell);
        client.close();
      }).join();
    });
    Outlet outlet(server);
    MailTransport& transport = outlet.open();
    for (const char* id : {"a", "b", "c"}) {
      assert_ok(transport.send(mail(id)));
      std::this_thread::sleep_for(100ms);
    }
    assert_int_equal(server.mails().size(), 3);
    assert_int_equal(server.connections(), 3);
    assert_false(outlet.log.has("not handed over"));
  }
}

void a_relay_that_closes_at_the_next_mail_is_asked_again(void**) {
  // DESIGN 2, outbox: the same, when the relay's end comes only with our next command
  ScriptedSmtp server;
  std::atomic<int> mails = 0;
  server.act("MAIL", [&](const Client& client) {
    if (++mails == 2) return client.close();
    client.say("250 ok\r\n");
  });
  Outlet outlet(server);
  MailTransport& transport = outlet.open();
  assert_ok(transport.send(mail("a")));
  assert_ok(transport.send(mail("b")));
  assert_int_equal(server.mails().size(), 2);
  assert_false(outlet.log.has("not handed over"));
}

void what_one_relay_does_not_take_the_next_one_gets(void**) {
  // DESIGN 2, outbox: failover
  for (const char* step : {"greeting", "EHLO", "MAIL", "RCPT", "DATA", "."}) {
    for (const char* reply : {"421 closing", "450 4.2.0 later", "554 5.7.1 policy", "what", ""}) {
      if (std::string_view(step) == "." && (reply[0] == 'w' || reply[0] == 0)) continue;
      ScriptedSmtp bad;
      const ScriptedSmtp good;
      bad.act(step, [=](const Client& client) {
        client.say(std::string(reply) + "\r\n");
        if (reply[0] == 0) client.close();
      });
      // libcurl falls back to HELO, as RFC 5321 section 3.2 has it.
      if (std::string_view(step) == "EHLO") bad.answer("HELO", reply);
      Outlet outlet(bad, good);
      print_message("%s answered %s\n", step, reply);
      assert_ok(outlet.open().send(mail()));
      assert_int_equal(good.mails().size(), 1);
      assert_true(outlet.log.has("relay=first outcome="));
      assert_true(outlet.log.has("mail handed over message=m1 relay=second outcome=accepted"));
    }
  }
}

void a_recipient_that_does_not_exist_is_refused_for_good(void**) {
  // DESIGN 2, outbox: 5xx for the recipient
  ScriptedSmtp server;
  const ScriptedSmtp other;
  server.answer("RCPT", "550 5.1.1 <anna@example.ch> unknown");
  Outlet outlet(server, other);
  const Result<void> sent = outlet.open().send(mail());
  assert_error(sent, Errc::denied);
  test::assert_text(sent.error().detail, "first: recipient: 550 5.1.1");
  assert_int_equal(other.connections(), 0);
}

void a_mail_that_every_relay_refuses_is_refused_for_good(void**) {
  // DESIGN 2, outbox: 5xx for the mail
  ScriptedSmtp first;
  ScriptedSmtp second;
  first.answer(".", "554 5.6.0 no");
  second.answer(".", "554 5.6.0 no");
  Outlet both(first, second);
  assert_error(both.open().send(mail()), Errc::denied);
  second.answer(".", "451 later");
  Outlet one(first, second);
  assert_error(one.open().send(mail()), Errc::unavailable);
}

void with_all_relays_down_nobody_waits(void**) {
  // R10: what is queued behind is told at once
  std::uint16_t port = 0;
  {
    const ScriptedSmtp gone;
    port = gone.port();
  }
  const ScriptedSmtp server;
  Outlet outlet(server, server);
  outlet.settings.relays[0].port = port;
  outlet.settings.relays[1].port = port;
  MailTransport& transport = outlet.open();
  assert_error(transport.send(mail("a")), Errc::unavailable);
  const Result<void> next = transport.send(mail("b"));
  assert_error(next, Errc::unavailable);
  test::assert_text(next.error().detail, "every relay has failed lately");
}

void a_relay_that_comes_back_is_used_again(void**) {
  // DESIGN 2, outbox: failover
  ScriptedSmtp first;
  const ScriptedSmtp second;
  first.answer("greeting", "421 closed");
  Outlet outlet(first, second);
  MailTransport& transport = outlet.open();
  assert_ok(transport.send(mail("a")));
  first.answer("greeting", "220 open");
  std::this_thread::sleep_for(1100ms);
  assert_ok(transport.send(mail("b")));
  assert_int_equal(first.mails().size(), 1);
  assert_int_equal(second.mails().size(), 1);
}

void the_log_has_neither_recipient_nor_content(void**) {
  // J4: also when the relay repeats them
  ScriptedSmtp server;
  const ScriptedSmtp other;
  server.answer("RCPT", "450 4.2.0 <anna@example.ch> 447683 Ihr Code");
  Outlet outlet(server, other);
  assert_ok(outlet.open().send(mail()));
  assert_true(outlet.log.has("message=m1 relay=first outcome=not_now detail=recipient: 450 4.2.0"));
  for (const char* part : {"anna", "447683", "Ihr Code"}) assert_false(outlet.log.has(part));
}

void an_administrator_tries_one_relay_or_all(void**) {
  // DESIGN 2, outbox: portalctl mail test
  ScriptedSmtp first;
  const ScriptedSmtp second;
  first.answer("MAIL", "451 later");
  Outlet outlet(first, second);
  MailTransport& transport = outlet.open();
  const auto all = transport.try_out(mail(), "");
  assert_ok(all);
  assert_int_equal(all->size(), 2);
  test::assert_text((*all)[0].detail, "sender: 451");
  assert_true((*all)[1].outcome == SmtpOutcome::accepted);
  const auto named = transport.try_out(mail(), "first");
  assert_ok(named);
  assert_int_equal(named->size(), 1);
  assert_error(transport.try_out(mail(), "third"), Errc::not_found);
}

void many_threads_share_the_relays(void**) {
  // DESIGN 2, outbox
  const ScriptedSmtp server;
  Outlet outlet(server);
  MailTransport& transport = outlet.open();
  std::atomic<int> sent = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < 25; ++n) {
        const std::string id = std::to_string(i) + "-" + std::to_string(n);
        if (transport.send(mail(id.c_str()))) ++sent;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  assert_int_equal(sent, 100);
  assert_int_equal(server.mails().size(), 100);
  assert_true(server.connections() <= 4);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_mail_arrives_byte_for_byte),
      cmocka_unit_test(bounces_go_where_the_settings_say),
      cmocka_unit_test(one_connection_carries_many_mails),
      cmocka_unit_test(after_a_refusal_the_next_mail_goes),
      cmocka_unit_test(a_kept_connection_that_was_closed_is_replaced),
      cmocka_unit_test(a_relay_that_closes_at_the_next_mail_is_asked_again),
      cmocka_unit_test(what_one_relay_does_not_take_the_next_one_gets),
      cmocka_unit_test(a_recipient_that_does_not_exist_is_refused_for_good),
      cmocka_unit_test(a_mail_that_every_relay_refuses_is_refused_for_good),
      cmocka_unit_test(with_all_relays_down_nobody_waits),
      cmocka_unit_test(a_relay_that_comes_back_is_used_again),
      cmocka_unit_test(the_log_has_neither_recipient_nor_content),
      cmocka_unit_test(an_administrator_tries_one_relay_or_all),
      cmocka_unit_test(many_threads_share_the_relays),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
