// A forgotten password on the pages, and what a hostile browser makes of them.

#include "browser.hpp"
#include "identity/recovery_code.hpp"

using namespace portal;
using namespace portal::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view kAnna = "anna.muster@example.ch";
constexpr std::string_view kNext = "Schnee!Ball3hinten";

/// A stage with one registered person, by SMS.
struct Inhabited : Stage {
  Inhabited() : browser(*this, "en") {
    house.invite(kAhv, kBorn, kCode);
    register_by_sms(browser, *this);
    house.clock.advance(1min);
    (void)house.sent();
  }
  Browser browser;
};

void type_address(Browser& browser, std::string_view email = kAnna) {
  browser.get("/reset");
  browser.submit("/reset", {{"email", std::string(email)}});
  assert_text(browser.path, "/reset/code");
}

/// Stands at the second factor; the SMS is on its way.
void prove_the_mail(Browser& browser, Stage& stage) {
  type_address(browser);
  browser.submit("/reset/code", {{"code", code_sent(stage)}});
  assert_text(browser.path, "/reset/factor");
}

Fields twice(std::string_view password, std::string_view again) {
  return {{"password", std::string(password)}, {"password_again", std::string(again)}};
}

void the_way_from_the_login_page_to_the_login_page(void**) {
  // P4, W4, W5, W6
  Inhabited stage;
  Browser& browser = stage.browser;
  log_in_by_sms(browser, stage);
  stage.house.clock.advance(1min);
  Browser other(stage, "en");
  other.get("/login");
  assert_true(other.page().contains("href=\"/reset\""));
  other.get("/reset");
  assert_true(other.page().contains("Step 1 of 4"));
  type_address(other);
  assert_true(other.page().contains(kAnna));
  other.submit("/reset/code", {{"code", code_sent(stage)}});
  assert_text(other.path, "/reset/factor");
  assert_true(other.page().contains("67"));
  other.submit("/reset/factor", {{"code", code_sent(stage)}});
  assert_text(other.path, "/reset/password");
  assert_true(other.page().contains("Step 4 of 4"));
  other.submit("/reset/password", twice(kNext, kNext));
  assert_text(other.path, "/reset/done");
  assert_true(other.page().contains("href=\"/login\""));
  for (const char* cookie : {"__Host-session", "__Host-login"})
    assert_int_equal(other.cookies.count(cookie), 0);
  other.get("/account");
  assert_text(other.location(), "/login");
  // The session from before is over, and so is the old password.
  browser.get("/account");
  assert_text(browser.location(), "/login");
  browser.get("/login");
  browser.post("/login", {{"user_name", std::string(kAnna)}, {"password", std::string(kPassword)}});
  assert_int_equal(browser.response.status, 422);
  stage.house.clock.advance(1min);
  browser.submit("/login", {{"user_name", std::string(kAnna)}, {"password", std::string(kNext)}});
  assert_text(browser.path, "/login/code");
}

/// A page without what is random, and without what was typed.
std::string comparable(const Browser& browser, const std::string& typed) {
  std::string text = browser.response.body;
  for (const std::string& part : {browser.csrf, typed}) {
    for (auto at = text.find(part); at != text.npos; at = text.find(part))
      text.erase(at, part.size());
  }
  const auto reference = text.find("Reference: ");
  if (reference != text.npos) text.erase(reference, 40);
  return std::to_string(browser.response.status) + "\n" + text;
}

void an_unknown_address_shows_the_same_bytes_on_the_same_schedule(void**) {
  // L5, R14
  Inhabited stage;
  std::vector<std::vector<std::string>> seen;
  for (const std::string& email : {std::string(kAnna), std::string("nobody@example.ch")}) {
    Browser browser(stage, "en");
    std::vector<std::string>& pages = seen.emplace_back();
    browser.get("/reset");
    browser.post("/reset", {{"email", email}});
    assert_true(browser.response.schedule == web::SiteSettings{}.refusal_schedule);
    pages.push_back(browser.location());
    browser.get(browser.location());
    pages.push_back(comparable(browser, email));
    stage.house.clock.advance(30s);
    browser.post("/reset/code/resend", {});
    assert_true(browser.response.schedule == web::SiteSettings{}.refusal_schedule);
    browser.get(browser.location());
    pages.push_back(comparable(browser, email));
    for (int i = 0; i < 5; ++i) {
      browser.post("/reset/code", {{"code", "0000000"}});
      assert_true(browser.response.schedule == web::SiteSettings{}.refusal_schedule);
      pages.push_back(comparable(browser, email));
    }
  }
  assert_int_equal(seen[0].size(), seen[1].size());
  for (std::size_t i = 0; i < seen[0].size(); ++i) assert_text(seen[0][i], seen[1][i]);
}

void a_step_opened_early_or_late_leads_to_the_right_one(void**) {
  // R8
  Inhabited stage;
  Browser& browser = stage.browser;
  for (const char* path : {"/reset/code", "/reset/factor", "/reset/password", "/reset/done"}) {
    browser.get(path);
    assert_text(browser.location(), "/reset");
  }
  type_address(browser);
  const std::string code = code_sent(stage);
  for (const char* path : {"/reset/factor", "/reset/password", "/reset/done"}) {
    browser.get(path);
    assert_text(browser.location(), "/reset/code");
  }
  browser.get("/reset/code");
  browser.submit("/reset/password", twice(kNext, kNext));
  assert_text(browser.path, "/reset/code");
  browser.submit("/reset/password", twice(kNext, ""));
  assert_text(browser.path, "/reset/code");
  browser.submit("/reset/code", {{"code", code}});
  // The second tab sends the mail's code again.
  browser.submit("/reset/code", {{"code", code}});
  assert_text(browser.path, "/reset/factor");
  browser.submit("/reset/password", twice(kNext, kNext));
  assert_text(browser.path, "/reset/factor");
  browser.post("/reset/factor", {{"code", "12345"}});
  assert_int_equal(browser.response.status, 422);
  assert_true(browser.page().contains("aria-invalid"));
}

void a_reset_belongs_to_its_browser_and_portal(void**) {
  // W1, W5, S1
  Inhabited stage;
  Browser& browser = stage.browser;
  type_address(browser);
  const std::string code = code_sent(stage);
  Browser stranger(stage, "en");
  stranger.get("/reset");
  stranger.post("/reset/code", {{"code", code}});
  assert_int_equal(stranger.response.status, 422);
  assert_true(stranger.page().contains("This attempt has ended"));
  Browser elsewhere(stage, "en", "1e.example.ch");
  elsewhere.cookies = browser.cookies;
  elsewhere.get("/reset/code");
  assert_text(elsewhere.location(), "/reset");
  browser.get("/reset/code");
  browser.post_raw("/reset/code", "code=" + code);
  assert_int_equal(browser.response.status, 403);
  for (const auto& [name, value] : browser.cookies) {
    if (name == "__Host-reset") assert_int_equal(value.size(), 43);
  }
  assert_int_equal(browser.cookies.count("__Host-reset"), 1);
}

void its_cookie_is_strict(void**) {
  // W1
  Inhabited stage;
  Browser& browser = stage.browser;
  browser.get("/reset");
  browser.post("/reset", {{"email", std::string(kAnna)}});
  assert_int_equal(browser.set_cookie_lines.size(), 1);
  assert_true(browser.set_cookie_lines[0].ends_with("; Path=/; Secure; HttpOnly; SameSite=Strict"));
}

void what_is_wrong_with_a_password_stands_at_its_field(void**) {
  // P1, P3, W6
  Inhabited stage;
  Browser& browser = stage.browser;
  prove_the_mail(browser, stage);
  browser.submit("/reset/factor", {{"code", code_sent(stage)}});
  for (const Fields& fields : {twice("", ""), twice(kNext, "anders"), twice("muster", "muster")}) {
    browser.post("/reset/password", fields);
    assert_int_equal(browser.response.status, 422);
    assert_true(browser.page().contains("aria-invalid"));
  }
  stage.house.directory.policy = PasswordRefusal::in_history;
  browser.post("/reset/password", twice(kNext, kNext));
  assert_int_equal(browser.response.status, 422);
  assert_true(
      browser.page().contains(stage.phrases->text(Language::en, "password.in_history", {})));
  stage.house.directory.policy.reset();
  stage.house.directory.available = false;
  browser.post("/reset/password", twice(kNext, kNext));
  assert_int_equal(browser.response.status, 503);
  stage.house.directory.available = true;
  browser.submit("/reset/password", twice(kNext, kNext));
  assert_text(browser.path, "/reset/done");
}

void a_lost_phone_has_recovery_codes(void**) {
  // A1, A2
  Inhabited stage;
  Browser& browser = stage.browser;
  prove_the_mail(browser, stage);
  browser.get("/reset/factor?recovery=1");
  assert_true(browser.page().contains("Recovery code"));
  browser.post(
      "/reset/factor",
      {{"recovery", "1"}, {"code", std::string(RecoveryCode::generate().printed().reveal())}});
  assert_int_equal(browser.response.status, 422);
  assert_true(browser.page().contains("Recovery code"));
}

void an_sms_is_sent_again_when_it_may(void**) {
  // S2
  Inhabited stage;
  Browser& browser = stage.browser;
  prove_the_mail(browser, stage);
  (void)code_sent(stage);
  browser.submit("/reset/factor/send", {});
  assert_true(stage.house.sent().empty());
  stage.house.clock.advance(30s);
  browser.submit("/reset/factor/send", {});
  assert_text(browser.path, "/reset/factor?sent=1");
  browser.submit("/reset/factor", {{"code", code_sent(stage)}});
  assert_text(browser.path, "/reset/password");
}

void a_code_from_the_fund_leads_to_the_factor(void**) {
  // P5, L5
  Inhabited stage;
  Browser& browser = stage.browser;
  assert_ok(stage.house.administration->start_reset(kAnna, stage.house.admin));
  const std::string code = code_sent(stage);
  std::vector<std::string> refusals;
  for (const std::string& email : {std::string(kAnna), std::string("nobody@example.ch")}) {
    browser.get("/reset/with-code");
    browser.post("/reset/with-code", {{"email", email}, {"code", "1234567"}});
    assert_int_equal(browser.response.status, 422);
    assert_true(browser.response.schedule == web::SiteSettings{}.refusal_schedule);
    refusals.push_back(comparable(browser, email));
    (void)browser.page();
  }
  assert_text(refusals[0], refusals[1]);
  browser.submit("/reset/with-code", {{"email", std::string(kAnna)}, {"code", code}});
  assert_text(browser.path, "/reset/factor");
  browser.submit("/reset/factor", {{"code", code_sent(stage)}});
  browser.submit("/reset/password", twice(kNext, kNext));
  assert_text(browser.path, "/reset/done");
}

void every_page_speaks_every_language(void**) {
  // W6
  Inhabited stage;
  for (const char* language : {"fr", "de", "it", "en"}) {
    Browser browser(stage, language);
    stage.house.clock.advance(61min);
    (void)stage.house.sent();
    browser.get("/reset/with-code");
    (void)browser.page();
    browser.get("/reset");
    (void)browser.page();
    browser.post("/reset", {{"email", "<script>"}});
    assert_int_equal(browser.response.status, 422);
    (void)browser.page();
    type_address(browser);
    (void)browser.page();
    browser.submit("/reset/code", {{"code", code_sent(stage)}});
    (void)browser.page();
    browser.submit("/reset/factor", {{"code", code_sent(stage)}});
    (void)browser.page();
    browser.submit("/reset/password",
                   twice(std::string(kNext) + language, std::string(kNext) + language));
    assert_text(browser.path, "/reset/done");
    (void)browser.page();
  }
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(the_way_from_the_login_page_to_the_login_page),
      cmocka_unit_test(an_unknown_address_shows_the_same_bytes_on_the_same_schedule),
      cmocka_unit_test(a_step_opened_early_or_late_leads_to_the_right_one),
      cmocka_unit_test(a_reset_belongs_to_its_browser_and_portal),
      cmocka_unit_test(its_cookie_is_strict),
      cmocka_unit_test(what_is_wrong_with_a_password_stands_at_its_field),
      cmocka_unit_test(a_lost_phone_has_recovery_codes),
      cmocka_unit_test(an_sms_is_sent_again_when_it_may),
      cmocka_unit_test(a_code_from_the_fund_leads_to_the_factor),
      cmocka_unit_test(every_page_speaks_every_language),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
