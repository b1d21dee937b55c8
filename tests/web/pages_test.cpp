// Every page, in every language, with and without errors: sound HTML, no missing word or value.

#include "browser.hpp"
#include "web/templates.hpp"

using namespace portal;
using namespace portal::test;

namespace {

/// Looks at the page that is shown.
void look(const Browser& browser, std::string_view contains = "") {
  const Html page = browser.page();
  if (!page.contains(contains)) {
    fail_msg("%s: no %s", browser.path.c_str(), std::string(contains).c_str());
  }
}

void refuse(Browser& browser, const std::string& path, Fields fields, const std::string& field) {
  browser.post(path, std::move(fields));
  assert_int_equal(browser.response.status, 422);
  const Html page = browser.page();
  assert_true(page.contains("class=\"problems\""));
  if (!field.empty()) {
    const Tag* control = page.with_id(field);
    if (!control) fail_msg("%s: no control %s", path.c_str(), field.c_str());
    if (control->get("aria-invalid") != "true") fail_msg("%s is not marked", field.c_str());
    assert_true(page.contains("href=\"#" + field + "\""));
  }
}

void walk_to_the_factor(Browser& browser, Stage& stage) {
  browser.get("/");
  look(browser, "href=\"/register\"");
  browser.get("/terms");
  look(browser);
  browser.get("/register");
  look(browser);
  refuse(browser, "/register", {}, "audience");
  browser.submit("/register", {{"audience", "insured"}});
  look(browser, "name=\"activation_code\"");
  refuse(browser, "/register/identity", {{"audience", "insured"}}, "ahv");
  refuse(browser, "/register/identity", identity_fields("AAAA-BBBB-CCCC-D"), "");
  browser.submit("/register/identity", identity_fields());
  look(browser, "autocomplete=\"new-password\"");
  refuse(browser, "/register/credentials", {{"email", "x"}, {"password", ""}}, "email");
  refuse(browser, "/register/credentials",
         {{"email", "a@b.ch"}, {"password", "short"}, {"password_again", "short"}}, "password");
  browser.submit("/register/credentials", credentials_fields());
  look(browser, "autocomplete=\"one-time-code\"");
  refuse(browser, "/register/mail-code", {{"code", "00000000"}}, "code");
  refuse(browser, "/register/mail-code/address", {{"email", "nobody"}}, "email");
  stage.house.clock.advance(std::chrono::hours(1));
  (void)stage.house.sent();
  browser.submit("/register/mail-code/resend", {});
  look(browser, "role=\"status\"");
  browser.get("/register");
  look(browser, "href=\"/register/mail-code\"");
  browser.submit("/register/mail-code", {{"code", code_sent(stage)}});
  look(browser, "value=\"totp\"");
  refuse(browser, "/register/factor", {}, "factor");
}

void walk_the_app(Browser& browser) {
  browser.submit("/register/factor", {{"factor", "totp"}});
  look(browser, "<svg");
  look(browser, "otpauth://totp/");
  refuse(browser, "/register/app", {{"code", "000000"}}, "code");
  browser.submit("/register/factor/again", {});
  look(browser, "value=\"totp\"");
}

void walk_the_phone(Browser& browser, Stage& stage) {
  browser.submit("/register/factor", {{"factor", "sms"}});
  look(browser, "autocomplete=\"tel\"");
  refuse(browser, "/register/phone", {{"phone", "12"}}, "phone");
  refuse(browser, "/register/phone", {{"phone", "0900 123 456"}}, "phone");
  refuse(browser, "/register/phone", {{"phone", "+1 202 555 0143"}}, "phone");
  browser.submit("/register/phone", {{"phone", "079 123 45 67"}});
  look(browser, "67");
  refuse(browser, "/register/sms-code", {{"code", "000000"}}, "code");
  refuse(browser, "/register/sms-code/number", {{"phone", "12"}}, "phone");
  stage.house.clock.advance(std::chrono::minutes(1));
  (void)stage.house.sent();
  browser.submit("/register/sms-code/resend", {});
  look(browser, "role=\"status\"");
  browser.submit("/register/sms-code", {{"code", code_sent(stage)}});
  look(browser, "anna.muster@example.ch");
  stage.house.clock.advance(std::chrono::minutes(1));
}

void walk_the_login(Browser& browser, Stage& stage) {
  browser.get("/login");
  look(browser, "autocomplete=\"current-password\"");
  refuse(browser, "/login", {}, "user_name");
  refuse(browser, "/login", {{"user_name", "nobody"}, {"password", "x"}}, "");
  give_password(browser);
  look(browser, "67");
  refuse(browser, "/login/code", {{"code", "000000"}}, "code");
  browser.get("/login/code?recovery=1");
  look(browser, "name=\"recovery\"");
  refuse(browser, "/login/code", {{"code", "nonsense"}, {"recovery", "1"}}, "code");
  browser.submit("/login/code", {{"code", code_sent(stage)}});
  look(browser, "action=\"/logout\"");
  browser.get("/");
  look(browser, "href=\"/account\"");
}

void walk_the_recovery_codes(Browser& browser, Stage& stage) {
  stage.house.clock.advance(std::chrono::minutes(1));
  browser.get("/account");
  look(browser, "action=\"/account/recovery-codes/begin\"");
  browser.submit("/account/recovery-codes/begin", {});
  look(browser, "role=\"status\"");
  refuse(browser, "/account/recovery-codes", {{"code", "000000"}}, "code");
  browser.post("/account/recovery-codes", {{"code", code_sent(stage)}});
  look(browser, "class=\"codes\"");
}

void walk_the_troubles(Browser& browser, const Stage& stage, const std::string& language) {
  browser.get("/nowhere");
  assert_int_equal(browser.response.status, 404);
  look(browser);
  browser.get("/logout");
  assert_int_equal(browser.response.status, 405);
  look(browser);
  browser.post_raw("/login", "csrf=x");
  assert_int_equal(browser.response.status, 403);
  look(browser);
  Browser lost(stage, language, "elsewhere.example.org");
  lost.get("/");
  assert_int_equal(lost.response.status, 421);
  look(lost);
}

void every_page_is_sound_in_every_language(void**) {
  // W5, W6, R8
  for (const Language language : kLanguages) {
    const Complaints complaints;
    Stage stage;
    stage.house.invite(kAhv, kBorn, kCode);
    const std::string code(code_of(language));
    Browser browser(stage, code);
    walk_to_the_factor(browser, stage);
    walk_the_app(browser);
    walk_the_phone(browser, stage);
    walk_the_login(browser, stage);
    walk_the_recovery_codes(browser, stage);
    walk_the_troubles(browser, stage, code);
    // A missing word or value would have been logged.
    for (const std::string& line : complaints.lines) fail_msg("%s", line.c_str());
  }
}

void a_value_that_a_template_lacks_is_reported(void**) {
  // W6
  const Complaints complaints;
  const auto phrases = Catalogue::load();
  assert_ok(phrases);
  const web::Templates templates(**phrases);
  const std::string page =
      templates.render(Language::en, "trouble", {{"explanation", "<&>"}, {"home", false}});
  assert_true(page.find("&lt;&amp;&gt;") != page.npos);
  assert_true(complaints.lines.empty());
  (void)templates.render(Language::en, "trouble", {{"explanation", "x"}});
  assert_int_equal(complaints.lines.size(), 1);
}

void what_people_are_called_cannot_become_markup(void**) {
  // W5
  Stage stage;
  stage.house.invite(kAhv, kBorn, kCode);
  Browser browser(stage);
  open_identity(browser);
  browser.post(
      "/register/identity",
      {{"audience", "insured"}, {"ahv", "\"><script>alert(1)</script>"}, {"born", "' onfocus='x"}});
  const Html page = browser.page();
  assert_true(page.contains("&lt;script&gt;"));
  assert_text(page.with_id("born")->get("value"), "&#39; onfocus=&#39;x");
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(every_page_is_sound_in_every_language),
      cmocka_unit_test(a_value_that_a_template_lacks_is_reported),
      cmocka_unit_test(what_people_are_called_cannot_become_markup),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
