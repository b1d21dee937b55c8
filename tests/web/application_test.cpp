// The way into the fund's application and back.

#include "base/rfc3339.hpp"
#include "browser.hpp"

using namespace portal;
using namespace portal::test;
using namespace std::chrono_literals;

namespace {

constexpr const char* kCheck = "/session/check";
constexpr const char* kWanted = "/pension/statements?year=2026";
constexpr const char* kLogin = "/login?to=%2Fpension%2Fstatements%3Fyear%3D2026";

/// A stage whose portal has an application, and one registered person.
struct Inhabited : Stage {
  Inhabited() {
    describe("2026-01");
    house.invite(kAhv, kBorn, kCode);
    Browser browser(*this);
    register_by_sms(browser, *this);
  }
  void describe(const std::string& terms) {
    Portal flex = sample_portal("flex");
    flex.application = "/pension/";
    flex.return_paths = {"/pension/"};
    flex.terms.version = terms;
    house.portals = Portals({flex, sample_portal("1e")});
  }
};

Fields password_fields(const std::string& to = "") {
  Fields fields = {{"user_name", "anna.muster@example.ch"}, {"password", std::string(kPassword)}};
  if (!to.empty()) fields.emplace_back("to", to);
  return fields;
}

/// What the proxy asks for a request of this browser.
const http::Response& check(Browser& browser, std::string_view original = kWanted) {
  return browser.get_with(kCheck, {{"x-original-uri", std::string(original)}});
}

void whoever_has_no_session_is_told_where_to_log_in(void**) {
  // W5
  Inhabited stage;
  Browser browser(stage);
  assert_int_equal(check(browser).status, 401);
  assert_text(browser.header("X-Portal-Login"), kLogin);
  assert_false(browser.header("WWW-Authenticate").empty());
  assert_text(browser.header("X-Portal-Account"), "");
  assert_text(browser.header("Cache-Control"), "no-store");
  for (const char* unlisted : {"/account", "//evil.example/", "https://evil.example/", ""}) {
    assert_int_equal(check(browser, unlisted).status, 401);
    assert_text(browser.header("X-Portal-Login"), "/login");
  }
}

void a_login_comes_back_to_where_it_was_asked_for(void**) {
  // W1, W5: through both pages, a wrong password and a code that is sent once more
  Inhabited stage;
  Browser browser(stage, "en");
  browser.get(kLogin);
  assert_text(browser.page().value_of("to"), kWanted);
  browser.post("/login",
               {{"user_name", "anna.muster@example.ch"}, {"password", "wrong"}, {"to", kWanted}});
  assert_int_equal(browser.response.status, 422);
  assert_text(browser.page().value_of("to"), kWanted);
  browser.submit("/login", password_fields(kWanted));
  assert_text(browser.path, "/login/code?to=%2Fpension%2Fstatements%3Fyear%3D2026");
  assert_text(browser.page().value_of("to"), kWanted);
  stage.house.clock.advance(31s);
  browser.submit("/login/code/resend", {{"to", kWanted}});
  assert_text(browser.page().value_of("to"), kWanted);
  browser.post("/login/code", {{"code", code_sent(stage)}, {"to", kWanted}});
  assert_int_equal(browser.response.status, 303);
  assert_text(browser.location(), kWanted);
  browser.get(kLogin);
  assert_text(browser.location(), kWanted);
}

void a_login_never_ends_at_an_address_of_somebody_else(void**) {
  // W5: neither by a link nor by a form; it ends at the application
  Inhabited stage;
  Browser browser(stage, "en");
  for (const char* evil :
       {"https://evil.example/", "//evil.example/", "/account", "/pension/../x"}) {
    browser.get("/login?to=" + encoded({{"", evil}}).substr(1));
    assert_text(browser.page().value_of("to"), "");
  }
  browser.submit("/login", password_fields("//evil.example/"));
  assert_text(browser.path, "/login/code");
  browser.post("/login/code", {{"code", code_sent(stage)}, {"to", "https://evil.example/"}});
  assert_text(browser.location(), "/pension/");
  browser.get("/account");
  assert_true(browser.page().contains("Continue to the portal"));
}

void the_application_learns_who_came(void**) {
  // W1, W2, J1
  Inhabited stage;
  Browser browser(stage);
  give_password(browser);
  browser.post("/login/code", {{"code", code_sent(stage)}});
  assert_int_equal(check(browser).status, 200);
  const auto account =
      in_read<std::optional<Account>>(*stage.house.store, [](Transaction& transaction) {
        return transaction.accounts().find_by_name(*UserName::parse("anna.muster@example.ch"));
      });
  assert_ok(account);
  assert_text(browser.header("X-Portal-Account"), (*account)->id.text());
  assert_text(browser.header("X-Portal-Person"), (*account)->person.text());
  assert_text(browser.header("X-Portal-Factor"), "sms");
  assert_text(browser.header("X-Portal-Login-Time"), to_rfc3339(stage.house.clock.now()));
  assert_text(browser.response.body, "");
  // Neither at another portal, nor with a stolen cookie after the log-out.
  Browser elsewhere(stage, "fr", "1e.example.ch");
  elsewhere.cookies = browser.cookies;
  assert_int_equal(check(elsewhere).status, 401);
  Browser thief(stage);
  thief.cookies = browser.cookies;
  browser.get("/account");
  browser.post("/logout", {});
  assert_int_equal(check(thief).status, 401);
  assert_text(thief.header("X-Portal-Account"), "");
}

void the_application_keeps_a_session_alive_and_an_idle_one_ends(void**) {
  // W3
  Inhabited stage;
  Browser browser(stage);
  give_password(browser);
  browser.post("/login/code", {{"code", code_sent(stage)}});
  for (int i = 0; i < 3; ++i) {
    stage.house.clock.advance(10min);
    assert_int_equal(check(browser).status, 200);
  }
  stage.house.clock.advance(16min);
  assert_int_equal(check(browser).status, 401);
}

void new_terms_come_before_the_application(void**) {
  // R9
  Inhabited stage;
  stage.describe("2027-01");
  Browser browser(stage, "en");
  browser.get(kLogin);
  browser.submit("/login", password_fields(kWanted));
  browser.submit("/login/code", {{"code", code_sent(stage)}, {"to", kWanted}});
  assert_text(browser.path, "/account/terms?to=%2Fpension%2Fstatements%3Fyear%3D2026");
  assert_int_equal(check(browser).status, 401);
  assert_text(browser.header("X-Portal-Login"),
              "/account/terms?to=%2Fpension%2Fstatements%3Fyear%3D2026");
  browser.get("/account/terms?to=%2Fpension%2Fstatements%3Fyear%3D2026");
  browser.post("/account/terms",
               {{"version", "2027-01"}, {"accept_terms", "yes"}, {"to", kWanted}});
  assert_text(browser.location(), kWanted);
  assert_int_equal(check(browser).status, 200);
}

void a_change_of_language_keeps_the_address(void**) {
  // W5
  Inhabited stage;
  Browser browser(stage, "en");
  browser.get(kLogin);
  browser.post("/language", {{"language", "de"}, {"back", kLogin}});
  assert_text(browser.location(), kLogin);
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(whoever_has_no_session_is_told_where_to_log_in),
      cmocka_unit_test(a_login_comes_back_to_where_it_was_asked_for),
      cmocka_unit_test(a_login_never_ends_at_an_address_of_somebody_else),
      cmocka_unit_test(the_application_learns_who_came),
      cmocka_unit_test(the_application_keeps_a_session_alive_and_an_idle_one_ends),
      cmocka_unit_test(new_terms_come_before_the_application),
      cmocka_unit_test(a_change_of_language_keeps_the_address),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
