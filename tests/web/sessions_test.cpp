// Where somebody is logged in, and how they end it.

#include "browser.hpp"

using namespace portal;
using namespace portal::test;
using namespace std::chrono_literals;

namespace {

/// A stage with one registered person.
struct Inhabited : Stage {
  Inhabited() {
    house.invite(kAhv, kBorn, kCode);
    Browser browser(*this);
    register_by_sms(browser, *this);
  }
  /// A browser that has logged in, later than the one before.
  Browser logged_in() {
    house.clock.advance(1min);
    Browser browser(*this, "en");
    log_in_by_sms(browser, *this);
    return browser;
  }
};

std::vector<std::string> ids_on(const Html& page) {
  std::vector<std::string> ids;
  for (const auto& tag : page.tags()) {
    if (tag.get("name") == "session") ids.push_back(tag.get("value"));
  }
  return ids;
}

void each_session_is_shown_and_the_others_can_be_ended(void**) {
  // W2, J1
  Inhabited stage;
  Browser here = stage.logged_in();
  Browser elsewhere = stage.logged_in();
  here.get("/account");
  assert_true(here.page().contains("Where you are logged in"));
  here.get("/account/sessions");
  assert_true(here.page().contains("This is where you are now."));
  assert_true(here.page().contains("192.0.2.7"));
  const auto ids = ids_on(here.page());
  assert_int_equal(ids.size(), 1);
  here.submit("/account/sessions/end", {{"session", ids.front()}});
  assert_int_equal(ids_on(here.page()).size(), 0);
  assert_true(here.page().contains("Earlier logins"));
  assert_int_equal(stage.house.event_count("session.ended"), 1);
  elsewhere.get("/account");
  assert_text(elsewhere.location(), "/login");
  here.get("/account");
  assert_int_equal(here.response.status, 200);
}

void a_session_of_somebody_else_is_left_alone(void**) {
  // A3, W2: nor one that does not exist
  Inhabited stage;
  Browser here = stage.logged_in();
  here.get("/account/sessions");
  Session strangers;
  strangers.id = SessionId::random();
  strangers.token_index = "strangers";
  const Person person{PersonId::random(), std::nullopt, std::nullopt, "Vera",
                      "Muster",           Language::fr};
  const Account account{AccountId::random(),
                        person.id,
                        *EmailAddress::parse("vera@example.ch"),
                        "x1",
                        Language::fr,
                        AccountState::active,
                        "uuid",
                        "uid=x1",
                        std::nullopt,
                        stage.house.clock.now()};
  strangers.account = account.id;
  strangers.started = strangers.last_seen = stage.house.clock.now();
  assert_ok(stage.house.store->write("test", [&](Transaction& transaction) -> Result<void> {
    if (auto done = transaction.people().put(person); !done) return done;
    if (auto done = transaction.accounts().add(account); !done) return done;
    return transaction.sessions().add(strangers);
  }));
  for (const std::string& id : {strangers.id.text(), std::string("nothing"), std::string()}) {
    here.submit("/account/sessions/end", {{"session", id}});
    assert_int_equal(here.response.status, 200);
  }
  assert_int_equal(stage.house.event_count("session.ended"), 0);
  const auto open = in_read<std::vector<Session>>(
      *stage.house.store,
      [&](Transaction& transaction) { return transaction.sessions().open(account.id, 9); });
  assert_ok(open);
  assert_int_equal(open->size(), 1);
}

void without_a_session_there_is_nothing_to_see_or_end(void**) {
  // W1, W5
  Inhabited stage;
  Browser here = stage.logged_in();
  Browser outside(stage, "en");
  outside.get("/account/sessions");
  assert_text(outside.location(), "/login");
  outside.get("/login");
  outside.post("/account/sessions/end", {{"session", "x"}});
  assert_text(outside.location(), "/login");
  here.post_raw("/account/sessions/end", "session=x&csrf=wrong");
  assert_int_equal(here.response.status, 403);
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(each_session_is_shown_and_the_others_can_be_ended),
      cmocka_unit_test(a_session_of_somebody_else_is_left_alone),
      cmocka_unit_test(without_a_session_there_is_nothing_to_see_or_end),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
