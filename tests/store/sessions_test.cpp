#include "domain/ports/sessions.hpp"

#include "fixture.hpp"

using namespace portal;
using namespace portal::test;

namespace {

Session web_session(const AccountId& account, std::string_view token_index,
                    UtcTime started = kNoon) {
  Session session;
  session.id = SessionId::random();
  session.account = account;
  session.portal = PortalId("flex");
  session.service = "web";
  session.address = "192.0.2.7";
  session.token_index = token_index;
  session.factor = "totp";
  session.started = started;
  session.last_seen = started;
  return session;
}

Session pam_session(const AccountId& account, std::int64_t caller, UtcTime started = kNoon) {
  Session session = web_session(account, "", started);
  session.kind = SessionKind::pam;
  session.portal = PortalId();
  session.service = "sshd";
  session.terminal = "pts/3";
  session.caller = caller;
  return session;
}

void a_web_session_is_found_by_its_token_until_it_ends(void**) {
  // W1, W2
  StoreFixture f;
  const Account vera = stored_account(f);
  const Session session = web_session(vera.id, "index-1");
  f.write([&](Transaction& t) {
    got(t.sessions().add(session));
    got(t.sessions().touch(session.id, kNoon + 1min));
    const Session found = got(t.sessions().find_by_token("index-1")).value();
    assert_text(found.id.text(), session.id.text());
    assert_true(found.kind == SessionKind::web);
    assert_text(found.account.text(), vera.id.text());
    assert_text(found.portal.text(), "flex");
    assert_text(found.address, "192.0.2.7");
    assert_true(found.started == kNoon);
    assert_true(found.last_seen == kNoon + 1min);
    assert_false(found.ended.has_value());
    assert_false(got(t.sessions().find_by_token("index-2")).has_value());
    assert_true(got(t.sessions().end(session.id, kNoon + 2min)));
    assert_false(got(t.sessions().end(session.id, kNoon + 3min)));
    assert_true(got(t.sessions().open(vera.id, 9)).empty());
    assert_int_equal(got(t.sessions().recent(vera.id, 9)).size(), 1);
    assert_text(got(t.sessions().recent(vera.id, 9)).front().factor, "totp");
    assert_false(got(t.sessions().find_by_token("index-1")).has_value());
  });
}

void pam_sessions_have_no_token_and_no_empty_token_finds_them(void**) {
  // W1
  StoreFixture f;
  const Account vera = stored_account(f);
  f.write([&](Transaction& t) {
    got(t.sessions().add(pam_session(vera.id, 10)));
    got(t.sessions().add(pam_session(vera.id, 11)));
    assert_false(got(t.sessions().find_by_token("")).has_value());
    const std::vector<Session> open = got(t.sessions().open(vera.id, 10));
    assert_int_equal(open.size(), 2);
    assert_text(open[0].token_index, "");
    assert_text(open[0].terminal, "pts/3");
  });
}

void the_newest_pam_session_of_a_process_ends(void**) {
  // J1
  StoreFixture f;
  const Account vera = stored_account(f);
  const Session first = pam_session(vera.id, 42, kNoon);
  const Session second = pam_session(vera.id, 42, kNoon + 1s);
  f.write([&](Transaction& t) {
    got(t.sessions().add(first));
    got(t.sessions().add(second));
    assert_false(got(t.sessions().end_pam(vera.id, "sudo", 42, kNoon + 1h)));
    assert_false(got(t.sessions().end_pam(vera.id, "sshd", 43, kNoon + 1h)));
    assert_true(got(t.sessions().end_pam(vera.id, "sshd", 42, kNoon + 1h)));
    const std::vector<Session> open = got(t.sessions().open(vera.id, 10));
    assert_int_equal(open.size(), 1);
    assert_text(open[0].id.text(), first.id.text());
    assert_int_equal(open[0].caller, 42);
    assert_true(got(t.sessions().end_pam(vera.id, "sshd", 42, kNoon + 1h)));
    assert_false(got(t.sessions().end_pam(vera.id, "sshd", 42, kNoon + 1h)));
  });
}

void all_sessions_of_an_account_end_but_one(void**) {
  // W4
  StoreFixture f;
  const Account vera = stored_account(f);
  const Account otto = stored_account(f, ahv("756.1234.5678.97"), "otto@example.ch", "u2");
  const Session kept = web_session(vera.id, "1", kNoon + 5s);
  f.write([&](Transaction& t) {
    got(t.sessions().add(kept));
    got(t.sessions().add(web_session(vera.id, "2")));
    got(t.sessions().add(web_session(vera.id, "3")));
    got(t.sessions().add(web_session(otto.id, "4")));
    got(t.sessions().add(pam_session(vera.id, 42)));
    const auto end = [&](const SessionId& but, SessionsOf where) {
      return got(t.sessions().throw_out_all(vera.id, but, where, kNoon + 1h));
    };
    assert_int_equal(end(kept.id, SessionsOf::web), 2);
    assert_int_equal(end(kept.id, SessionsOf::web), 0);
    assert_int_equal(end(kept.id, SessionsOf::everywhere), 1);
    const std::vector<Session> all = got(t.sessions().open(AccountId(), 10));
    assert_int_equal(all.size(), 2);
    assert_text(all[0].id.text(), kept.id.text());  // newest first
    assert_int_equal(got(t.sessions().open(AccountId(), 1)).size(), 1);
    assert_int_equal(end(SessionId(), SessionsOf::web), 1);
  });
}

void a_host_owes_an_end_to_who_was_thrown_out_alone(void**) {
  StoreFixture f;
  const Account vera = stored_account(f);
  const auto here = [&](std::int64_t caller) {
    Session session = pam_session(vera.id, caller);
    session.host = "here";
    session.boot = "first";
    return session;
  };
  const Session thrown_out = here(1);
  const Session locked = here(2);
  Session elsewhere = here(3);
  elsewhere.host = "there";
  f.write([&](Transaction& t) {
    Sessions& sessions = t.sessions();
    const Session web = web_session(vera.id, "1");
    for (const Session& one : {thrown_out, locked, elsewhere, here(4), here(5), web}) {
      got(sessions.add(one));
    }
    assert_int_equal(got(sessions.open_on("here")).size(), 4);
    assert_true(got(sessions.throw_out(thrown_out.id, kNoon + 1h)));
    assert_false(got(sessions.throw_out(thrown_out.id, kNoon + 2h)));
    assert_true(got(sessions.throw_out(web.id, kNoon + 1h)));
    assert_true(got(sessions.end_pam(vera.id, "sshd", 4, kNoon + 1h)));
    got(sessions.throw_out_all(vera.id, SessionId(), SessionsOf::everywhere, kNoon + 2h));

    const std::vector<Session> leaving = got(sessions.leaving("here", 10));
    assert_int_equal(leaving.size(), 3);
    assert_text(leaving[0].id.text(), thrown_out.id.text());  // the longest waiting first
    assert_true(leaving[0].leaving == kNoon + 1h);
    assert_text(leaving[0].boot, "first");
    assert_int_equal(got(sessions.leaving("there", 10)).size(), 1);
    assert_int_equal(got(sessions.leaving("here", 2)).size(), 2);
    assert_int_equal(got(sessions.at_hosts(vera.id, kNoon)), 4);
    assert_int_equal(got(sessions.at_hosts(vera.id, kNoon + 1h)), 3);
    assert_int_equal(got(sessions.at_hosts(vera.id, kNoon + 24h)), 0);
    assert_int_equal(got(sessions.open_on("here")).size(), 0);

    got(sessions.left(thrown_out.id));
    assert_int_equal(got(sessions.leaving("here", 10)).size(), 2);
  });
}

void a_pending_login_is_taken_once(void**) {
  // W1, S1
  StoreFixture f;
  const Account vera = stored_account(f);
  PendingLogin pending{"index", vera.id, PortalId("flex"), RegistrationId(), kNoon + 10min};
  f.write([&](Transaction& t) {
    got(t.sessions().put_pending(pending));
    pending.joining = RegistrationId("registration-1");
    got(t.sessions().put_pending(pending));
    const PendingLogin found = got(t.sessions().find_pending("index")).value();
    assert_text(found.account.text(), vera.id.text());
    assert_text(found.portal.text(), "flex");
    assert_text(found.joining.text(), "registration-1");
    assert_true(found.expires == kNoon + 10min);
    assert_true(got(t.sessions().take_pending("index")));
    assert_false(got(t.sessions().take_pending("index")));
    assert_false(got(t.sessions().find_pending("index")).has_value());
  });
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_web_session_is_found_by_its_token_until_it_ends),
      cmocka_unit_test(pam_sessions_have_no_token_and_no_empty_token_finds_them),
      cmocka_unit_test(the_newest_pam_session_of_a_process_ends),
      cmocka_unit_test(all_sessions_of_an_account_end_but_one),
      cmocka_unit_test(a_host_owes_an_end_to_who_was_thrown_out_alone),
      cmocka_unit_test(a_pending_login_is_taken_once),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
