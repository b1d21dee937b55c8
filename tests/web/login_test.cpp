// Log in, the account page, log out; a second letter; new terms.

#include <regex>

#include "browser.hpp"

using namespace portal;
using namespace portal::test;
using namespace std::chrono_literals;

namespace {

std::string without_reference(const std::string& body) {
  return std::regex_replace(body, std::regex("[a-z2-7]{26}"), "REFERENCE");
}

/// A stage with one registered person.
struct Inhabited : Stage {
  Inhabited() {
    house.invite(kAhv, kBorn, kCode);
    Browser browser(*this);
    register_by_sms(browser, *this);
  }
};

void both_factors_lead_to_the_account(void**) {
  // W1, J1
  Inhabited stage;
  Browser browser(stage, "en");
  log_in_by_sms(browser, stage);
  const Html page = browser.page();
  assert_true(page.contains("anna.muster@example.ch"));
  assert_true(page.contains("code by SMS"));
  assert_true(page.contains("Caisse exemple flex"));
  const std::string reference = browser.path.substr(browser.path.find('=') + 1);
  assert_true(page.contains("Reference: " + reference));
  const auto records = in_read<std::vector<AuditRecord>>(
      *stage.house.store,
      [](Transaction& transaction) { return transaction.audit().read(0, 999); });
  assert_ok(records);
  assert_true(std::ranges::any_of(*records, [&](const AuditRecord& record) {
    return record.event.what == "login.granted" && record.event.decision.text() == reference;
  }));
  browser.get("/account?reference=<b>");
  assert_false(browser.page().contains("<b>"));
}

void an_app_logs_in_too(void**) {
  // W1
  Stage stage;
  stage.house.invite(kAhv, kBorn, kCode);
  const RegisteredApp app = registered_by_app(stage.house);
  stage.house.clock.advance(1min);
  Browser browser(stage, "en");
  give_password(browser);
  assert_true(browser.page().contains("authenticator app"));
  const auto code = stage.house.totp.code_at(app.seed, to_millis(stage.house.clock.now()) / 30'000);
  assert_ok(code);
  browser.submit("/login/code", {{"code", std::string(code->reveal())}});
  assert_true(browser.path.starts_with("/account"));
  // The same code once more, in another browser.
  Browser thief(stage);
  give_password(thief);
  thief.post("/login/code", {{"code", std::string(code->reveal())}});
  assert_int_equal(thief.response.status, 422);
  assert_int_equal(thief.response.schedule.count(), 400);
}

void a_wrong_name_and_a_wrong_password_look_the_same(void**) {
  // L5
  Inhabited stage;
  Browser browser(stage);
  browser.get("/login");
  const auto answer = [&](std::string name, std::string password) {
    browser.post("/login", {{"user_name", name}, {"password", password}});
    assert_int_equal(browser.response.status, 422);
    assert_int_equal(browser.response.schedule.count(), 400);
    std::string body = without_reference(browser.response.body);
    body.replace(body.find(name), name.size(), "NAME");
    return body;
  };
  assert_text(answer("anna.muster@example.ch", "Wrong?Word1"),
              answer("nobody@example.ch", "Wrong?Word1"));
}

void the_session_is_new_at_each_login(void**) {
  // W1
  Inhabited stage;
  Browser browser(stage);
  browser.get("/login");
  browser.cookies["__Host-session"] = std::string(43, 'A');
  const std::string visit = browser.cookies["__Host-visit"];
  log_in_by_sms(browser, stage);
  assert_true(browser.cookies["__Host-session"] != std::string(43, 'A'));
  assert_int_equal(browser.cookies["__Host-session"].size(), 43);
  assert_true(browser.cookies["__Host-visit"] != visit);
  assert_int_equal(browser.cookies.count("__Host-login"), 0);
}

void a_login_is_used_up_by_its_session(void**) {
  // W1
  Inhabited stage;
  Browser browser(stage);
  give_password(browser);
  const auto before = browser.cookies;
  const std::string csrf = browser.csrf;
  browser.post("/login/code", {{"code", code_sent(stage)}});
  Browser copy(stage);
  copy.cookies = before;
  copy.csrf = csrf;
  copy.get("/login/code");
  assert_text(copy.location(), "/login");
}

void log_out_ends_the_session_on_the_server(void**) {
  // W2
  Inhabited stage;
  Browser browser(stage);
  log_in_by_sms(browser, stage);
  Browser thief(stage);
  thief.cookies = browser.cookies;
  thief.get("/account");
  assert_int_equal(thief.response.status, 200);
  browser.get("/account");
  assert_true(browser.page().contains("action=\"/logout\""));
  browser.post("/logout", {});
  assert_int_equal(browser.response.status, 303);
  assert_int_equal(browser.cookies.count("__Host-session"), 0);
  for (Browser* visitor : {&browser, &thief}) {
    visitor->get("/account");
    assert_int_equal(visitor->response.status, 303);
    assert_text(visitor->location(), "/login");
  }
  assert_int_equal(stage.house.event_count("session.closed"), 1);
}

void log_out_stands_on_every_page_of_a_session(void**) {
  // W2
  Inhabited stage;
  Browser browser(stage);
  log_in_by_sms(browser, stage);
  for (const char* path : {"/", "/terms", "/register", "/account", "/account/terms",
                           "/register/identity?audience=insured"}) {
    browser.get(path);
    assert_true(browser.page().contains("action=\"/logout\""));
  }
  Browser stranger(stage);
  stranger.get("/");
  assert_false(stranger.page().contains("/logout"));
}

void an_idle_session_is_over(void**) {
  // W3
  Inhabited stage;
  Browser browser(stage);
  log_in_by_sms(browser, stage);
  stage.house.clock.advance(16min);
  browser.get("/account");
  assert_text(browser.location(), "/login");
}

void a_session_counts_at_its_own_portal_only(void**) {
  // W1
  Inhabited stage;
  Browser browser(stage);
  log_in_by_sms(browser, stage);
  Browser elsewhere(stage, "fr", "1e.example.ch");
  elsewhere.cookies = browser.cookies;
  elsewhere.get("/account");
  assert_text(elsewhere.location(), "/login");
}

void wrong_codes_block_and_say_so(void**) {
  // T5
  Inhabited stage;
  Browser browser(stage);
  give_password(browser);
  const std::string right = code_sent(stage);
  for (int i = 0; i < 5; ++i) {
    browser.post("/login/code", {{"code", right == "000000" ? "000001" : "000000"}});
    assert_int_equal(browser.response.status, 422);
  }
  browser.post("/login/code", {{"code", right}});
  assert_int_equal(browser.response.status, 429);
  assert_int_equal(browser.cookies.count("__Host-session"), 0);
}

void a_second_letter_adds_its_portal_by_logging_in(void**) {
  // R8
  Inhabited stage;
  stage.house.invite(kAhv, kBorn, "S3CN-D1ET-T3RX-Y", "1e");
  Browser browser(stage, "en", "1e.example.ch");
  // Not a member yet.
  browser.get("/login");
  browser.post("/login",
               {{"user_name", "anna.muster@example.ch"}, {"password", std::string(kPassword)}});
  assert_int_equal(browser.response.status, 422);
  open_identity(browser);
  browser.submit("/register/identity", identity_fields("S3CN-D1ET-T3RX-Y"));
  assert_text(browser.path, "/login");
  assert_true(browser.page().contains("Log in to go on"));
  log_in_by_sms(browser, stage);
  const Html page = browser.page();
  assert_true(page.contains("Caisse exemple flex"));
  assert_true(page.contains("Caisse exemple 1e"));
  assert_int_equal(browser.cookies.count("__Host-registration"), 0);
}

void a_letter_of_somebody_else_adds_nothing(void**) {
  // R4
  Inhabited stage;
  stage.house.invite("756.1234.5678.97", kBorn, "M4RT-7YHN-3KWX-B");
  Browser second(stage);
  open_identity(second);
  second.submit("/register/identity", identity_fields("M4RT-7YHN-3KWX-B", "756.1234.5678.97"));
  second.submit("/register/credentials", credentials_fields("second@example.ch"));
  second.submit("/register/mail-code", {{"code", code_sent(stage)}});
  second.submit("/register/factor", {{"factor", "sms"}});
  second.submit("/register/phone", {{"phone", "079 765 43 21"}});
  second.submit("/register/sms-code", {{"code", code_sent(stage)}});
  assert_text(second.path, "/register/done");
  stage.house.clock.advance(1min);

  stage.house.invite(kAhv, kBorn, "S3CN-D1ET-T3RX-Y", "1e");
  Browser browser(stage, "en", "1e.example.ch");
  open_identity(browser);
  browser.submit("/register/identity", identity_fields("S3CN-D1ET-T3RX-Y"));
  give_password(browser, "second@example.ch");
  browser.post("/login/code", {{"code", code_sent(stage)}});
  assert_int_equal(browser.response.status, 422);
  assert_int_equal(browser.cookies.count("__Host-session"), 0);
  assert_int_equal(browser.cookies.count("__Host-login"), 0);
}

void new_terms_are_asked_for_before_the_account(void**) {
  // R9
  Inhabited stage;
  Portal changed = sample_portal("flex");
  changed.terms.version = "2027-01";
  changed.terms.hash[Language::fr] = "beef";
  const Portals portals({changed});
  web::Site site(neighbours_in(stage.house, portals, *stage.phrases, stage.qr_codes), {});
  stage.router = http::Router();
  site.add_routes(stage.router);

  Browser browser(stage);
  log_in_by_sms(browser, stage);
  assert_text(browser.path, "/account/terms");
  browser.page();
  browser.post("/account/terms", {{"version", "2027-01"}});
  assert_int_equal(browser.response.status, 422);
  browser.post("/account/terms", {{"version", "2026-01"}, {"accept_terms", "yes"}});
  assert_text(browser.location(), "/account/terms");
  browser.get("/account/terms");
  browser.submit("/account/terms", {{"version", "2027-01"}, {"accept_terms", "yes"}});
  assert_int_equal(browser.response.status, 200);
  assert_int_equal(stage.house.event_count("account.terms_accepted"), 1);
}

void a_directory_that_is_down_is_told_and_counts_nothing(void**) {
  // L5
  Inhabited stage;
  stage.house.directory.available = false;
  Browser browser(stage, "en");
  browser.get("/login");
  for (int i = 0; i < 7; ++i) {
    browser.post("/login",
                 {{"user_name", "anna.muster@example.ch"}, {"password", std::string(kPassword)}});
    assert_int_equal(browser.response.status, 503);
  }
  assert_true(browser.page().contains("not possible at the moment"));
  assert_text(browser.page().with_id("user_name")->get("value"), "anna.muster@example.ch");
  stage.house.directory.available = true;
  log_in_by_sms(browser, stage);
}

void a_password_that_must_be_changed_adds_no_portal(void**) {
  // L4
  Inhabited stage;
  stage.house.invite(kAhv, kBorn, "S3CN-D1ET-T3RX-Y", "1e");
  Browser browser(stage, "en", "1e.example.ch");
  open_identity(browser);
  browser.submit("/register/identity", identity_fields("S3CN-D1ET-T3RX-Y"));
  stage.house.directory.verdict = BindAnswer::Verdict::must_change;
  browser.post("/login",
               {{"user_name", "anna.muster@example.ch"}, {"password", std::string(kPassword)}});
  assert_int_equal(browser.response.status, 422);
  assert_int_equal(browser.cookies.count("__Host-login"), 0);
}

void a_lock_ends_a_login_that_waits_for_its_code(void**) {
  // W4: so does a change of password, in the same place
  Inhabited stage;
  Browser browser(stage);
  give_password(browser);
  assert_text(browser.path, "/login/code");
  const std::string name = "anna.muster@example.ch";
  assert_ok(stage.house.administration->lock(name, stage.house.admin));
  assert_ok(stage.house.administration->unlock(name, stage.house.admin));
  browser.get("/login/code");
  assert_int_equal(browser.response.status, 303);
  assert_text(browser.location(), "/login");
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(both_factors_lead_to_the_account),
      cmocka_unit_test(an_app_logs_in_too),
      cmocka_unit_test(a_wrong_name_and_a_wrong_password_look_the_same),
      cmocka_unit_test(the_session_is_new_at_each_login),
      cmocka_unit_test(a_login_is_used_up_by_its_session),
      cmocka_unit_test(log_out_ends_the_session_on_the_server),
      cmocka_unit_test(log_out_stands_on_every_page_of_a_session),
      cmocka_unit_test(an_idle_session_is_over),
      cmocka_unit_test(a_session_counts_at_its_own_portal_only),
      cmocka_unit_test(wrong_codes_block_and_say_so),
      cmocka_unit_test(a_second_letter_adds_its_portal_by_logging_in),
      cmocka_unit_test(a_letter_of_somebody_else_adds_nothing),
      cmocka_unit_test(new_terms_are_asked_for_before_the_account),
      cmocka_unit_test(a_directory_that_is_down_is_told_and_counts_nothing),
      cmocka_unit_test(a_password_that_must_be_changed_adds_no_portal),
      cmocka_unit_test(a_lock_ends_a_login_that_waits_for_its_code),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
