// The wizard: order, refusals that tell nothing, what is kept of what was typed.

#include <regex>

#include "browser.hpp"

using namespace portal;
using namespace portal::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view kOtherAhv = "756.1234.5678.97";
constexpr std::string_view kUnknownAhv = "756.3047.5009.62";
constexpr std::string_view kOtherCode = "M4RT-7YHN-3KWX-B";

/// A page without what differs from one decision to the next.
std::string without_reference(const std::string& body) {
  return std::regex_replace(body, std::regex("[a-z2-7]{26}"), "REFERENCE");
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

void every_wrong_datum_looks_the_same(void**) {
  // R7
  Stage stage;
  stage.house.invite(kAhv, kBorn, kCode);
  stage.house.invite(kOtherAhv, kBorn, kOtherCode);
  Browser browser(stage);
  open_identity(browser);
  const auto answer = [&](const Fields& fields) {
    browser.post("/register/identity", fields);
    assert_int_equal(browser.response.status, 422);
    assert_int_equal(browser.response.schedule.count(), 400);
    std::string body = without_reference(browser.response.body);
    for (const std::string_view typed : {kAhv, kOtherAhv, kUnknownAhv})
      replace_all(body, typed, "AHV");
    replace_all(body, "18.04.1963", "DATE");
    replace_all(body, kBorn, "DATE");
    return body;
  };
  const std::string wrong_code = answer(identity_fields("AAAA-BBBB-CCCC-D"));
  assert_text(answer(identity_fields(kCode, kAhv, "18.04.1963")), wrong_code);
  assert_text(answer(identity_fields(kOtherCode)), wrong_code);
  assert_text(answer(identity_fields(kCode, kUnknownAhv)), wrong_code);
  stage.house.invite(kAhv, kBorn, "N3WC-0DEN-3WCO-D");
  assert_text(answer(identity_fields(kCode)), wrong_code);
}

void too_many_wrong_data_are_throttled_with_the_same_schedule(void**) {
  // R6, R7
  Stage stage;
  Browser browser(stage);
  open_identity(browser);
  for (int i = 0; i < 5; ++i) browser.post("/register/identity", identity_fields());
  assert_int_equal(browser.response.status, 422);
  browser.post("/register/identity", identity_fields());
  assert_int_equal(browser.response.status, 429);
  assert_int_equal(browser.response.schedule.count(), 400);
}

void what_was_typed_is_kept_but_no_code_and_no_password(void**) {
  // R7, W6
  Stage stage;
  stage.house.invite(kAhv, kBorn, kCode);
  Browser browser(stage);
  open_identity(browser);
  browser.post("/register/identity", identity_fields("AAAA-BBBB-CCCC-D"));
  const Html identity = browser.page();
  assert_text(identity.with_id("ahv")->get("value"), kAhv);
  assert_text(identity.with_id("born")->get("value"), kBorn);
  assert_true(identity.with_id("accept_terms")->has("checked"));
  assert_false(identity.contains("AAAA-BBBB"));

  browser.submit("/register/identity", identity_fields());
  browser.post("/register/credentials", {{"email", "anna@example.ch"},
                                         {"password", "s3cret-Typed-Here"},
                                         {"password_again", "s3cret-Typed-Else"}});
  assert_int_equal(browser.response.status, 422);
  const Html credentials = browser.page();
  assert_text(credentials.with_id("email")->get("value"), "anna@example.ch");
  assert_false(credentials.contains("s3cret"));

  browser.submit("/register/credentials", credentials_fields());
  browser.post("/register/mail-code", {{"code", "87654321"}});
  assert_false(browser.page().contains("87654321"));
}

void a_weak_password_is_told_all_its_faults(void**) {
  // P1, P3
  Stage stage;
  stage.house.invite(kAhv, kBorn, kCode);
  Browser browser(stage, "en");
  open_identity(browser);
  browser.submit("/register/identity", identity_fields());
  browser.post("/register/credentials",
               {{"email", "a@example.ch"}, {"password", "abc"}, {"password_again", "abc"}});
  const Html page = browser.page();
  for (const char* part : {"at least 8 characters", "Add a digit", "Add an upper-case letter",
                           "Add a special character"}) {
    assert_true(page.contains(part));
  }
  stage.house.directory.policy = PasswordRefusal::in_history;
  browser.post("/register/credentials", credentials_fields());
  assert_int_equal(browser.response.status, 422);
  assert_true(browser.page().contains("house rules"));
}

void an_address_in_use_looks_like_a_free_one(void**) {
  // R14
  Stage stage;
  stage.house.invite(kAhv, kBorn, kCode);
  stage.house.invite(kOtherAhv, kBorn, kOtherCode);
  Browser first(stage);
  register_by_sms(first, stage);
  const auto choose = [&](std::string_view email) {
    Browser browser(stage);
    open_identity(browser);
    browser.submit("/register/identity", identity_fields(kOtherCode, kOtherAhv));
    browser.post("/register/credentials", credentials_fields(email));
    assert_int_equal(browser.response.status, 303);
    assert_int_equal(browser.response.schedule.count(), 0);
    const auto headers = browser.response.headers;
    browser.get(browser.location());
    std::string body = browser.response.body;
    replace_all(body, browser.csrf, "CSRF");
    replace_all(body, email, "EMAIL");
    return std::pair(headers, body);
  };
  const auto free = choose("somebody@example.ch");
  const auto in_use = choose("anna.muster@example.ch");
  assert_true(free.first == in_use.first);
  assert_text(free.second, in_use.second);
  const auto messages = stage.house.sent();
  assert_text(messages.back().text, "mail.address_in_use");
}

constexpr std::pair<const char*, const char*> kSteps[] = {
    {"/register/credentials", "password_again"},
    {"/register/mail-code", "code"},
    {"/register/factor", "factor"},
    {"/register/phone", "phone"},
    {"/register/sms-code", "code"},
    {"/register/app", "code"},
    {"/register/done", ""}};

/// Each step's page leads to `here`, and `here` shows itself, twice.
void assert_stands_at(Browser& browser, const std::string& here) {
  for (const auto& [path, control] : kSteps) {
    browser.get(path);
    if (path == here) {
      assert_int_equal(browser.response.status, 200);
      if (*control) assert_false(browser.page().with_id(control) == nullptr);
    } else {
      assert_int_equal(browser.response.status, 303);
      assert_text(browser.location(), here);
    }
  }
  browser.get(here);
  assert_int_equal(browser.response.status, 200);
}

void a_step_opened_early_or_late_leads_to_the_right_one(void**) {
  // R8
  Stage stage;
  stage.house.invite(kAhv, kBorn, kCode);
  Browser browser(stage);
  for (const auto& [path, control] : kSteps) {
    browser.get(path);
    assert_text(browser.location(), "/register");
  }
  browser.get("/register/identity");
  assert_text(browser.location(), "/register");
  browser.get("/register/identity?audience=employer");
  assert_text(browser.location(), "/register");
  open_identity(browser);
  browser.submit("/register/identity", identity_fields());
  assert_stands_at(browser, "/register/credentials");
  browser.submit("/register/credentials", credentials_fields());
  assert_stands_at(browser, "/register/mail-code");
  browser.submit("/register/mail-code", {{"code", code_sent(stage)}});
  assert_stands_at(browser, "/register/factor");
  browser.submit("/register/factor", {{"factor", "totp"}});
  assert_stands_at(browser, "/register/app");
  browser.submit("/register/factor/again", {});
  browser.submit("/register/factor", {{"factor", "sms"}});
  assert_stands_at(browser, "/register/phone");
  browser.submit("/register/phone", {{"phone", "079 123 45 67"}});
  assert_stands_at(browser, "/register/sms-code");
  browser.submit("/register/sms-code", {{"code", code_sent(stage)}});
  assert_stands_at(browser, "/register/done");
}

void a_form_of_another_step_leads_to_the_right_one(void**) {
  // R8
  Stage stage;
  stage.house.invite(kAhv, kBorn, kCode);
  Browser browser(stage);
  open_identity(browser);
  browser.submit("/register/identity", identity_fields());
  browser.submit("/register/credentials", credentials_fields());
  const std::pair<const char*, Fields> forms[] = {
      {"/register/credentials", credentials_fields("else@example.ch")},
      {"/register/credentials", {{"email", "x"}}},
      {"/register/factor", {{"factor", "sms"}}},
      {"/register/factor", {}},
      {"/register/phone", {{"phone", "079 123 45 67"}}},
      {"/register/phone", {{"phone", "x"}}},
      {"/register/sms-code", {{"code", "123456"}}},
      {"/register/app", {{"code", "123456"}}}};
  for (const auto& [path, fields] : forms) {
    browser.post(path, fields);
    assert_int_equal(browser.response.status, 303);
    assert_text(browser.location(), "/register/mail-code");
  }
  browser.get("/register/mail-code");
  assert_true(browser.page().contains("anna.muster@example.ch"));
}

void a_second_tab_repeats_a_step_without_harm(void**) {
  // R8
  Stage stage;
  stage.house.invite(kAhv, kBorn, kCode);
  Browser browser(stage);
  prove_mail(browser, stage);
  browser.post("/register/mail-code", {{"code", "00000000"}});
  assert_text(browser.location(), "/register/factor");
  assert_int_equal(stage.house.sent().size(), 0);
}

void a_registration_that_is_over_says_what_to_do(void**) {
  // R10, R13
  Stage stage;
  stage.house.invite(kAhv, kBorn, kCode);
  Browser browser(stage, "en");
  open_identity(browser);
  browser.submit("/register/identity", identity_fields());
  browser.submit("/register/credentials", credentials_fields());
  for (int i = 0; i < 5; ++i) browser.post("/register/mail-code", {{"code", "00000000"}});
  assert_int_equal(browser.response.status, 422);
  const Html page = browser.page();
  assert_true(page.contains("Start again with the same letter"));
  assert_false(page.with_id("audience") == nullptr);
  browser.submit("/register", {{"audience", "insured"}});
  browser.submit("/register/identity", identity_fields());
  assert_text(browser.path, "/register/credentials");
}

void a_wrong_address_is_corrected_and_the_new_code_counts(void**) {
  // R10
  Stage stage;
  stage.house.invite(kAhv, kBorn, kCode);
  Browser browser(stage);
  open_identity(browser);
  browser.submit("/register/identity", identity_fields());
  browser.submit("/register/credentials", credentials_fields("ana@example.ch"));
  const std::string old_code = code_sent(stage);
  browser.post("/register/mail-code/resend", {});
  assert_int_equal(browser.response.status, 429);
  browser.get("/register/mail-code");
  browser.submit("/register/mail-code/address", {{"email", "anna@example.ch"}});
  assert_true(browser.page().contains("anna@example.ch"));
  browser.post("/register/mail-code", {{"code", old_code}});
  assert_int_equal(browser.response.status, 422);
  browser.submit("/register/mail-code", {{"code", code_sent(stage)}});
  assert_text(browser.path, "/register/factor");
}

void a_directory_that_is_down_costs_the_person_nothing(void**) {
  // R13
  Stage stage;
  const Complaints complaints;
  stage.house.invite(kAhv, kBorn, kCode);
  Browser browser(stage, "en");
  open_identity(browser);
  browser.submit("/register/identity", identity_fields());
  stage.house.directory.available = false;
  browser.post("/register/credentials", credentials_fields());
  assert_int_equal(browser.response.status, 503);
  const Html page = browser.page();
  assert_true(page.contains("not possible at the moment"));
  assert_text(page.with_id("email")->get("value"), "anna.muster@example.ch");
  assert_false(complaints.lines.empty());
  stage.house.directory.available = true;
  browser.submit("/register/credentials", credentials_fields());
  assert_text(browser.path, "/register/mail-code");
}

void an_activation_that_hangs_is_not_lost(void**) {
  // R13
  Stage stage;
  const Complaints complaints;
  stage.house.invite(kAhv, kBorn, kCode);
  Browser browser(stage, "en");
  prove_mail(browser, stage);
  browser.submit("/register/factor", {{"factor", "sms"}});
  browser.submit("/register/phone", {{"phone", "079 123 45 67"}});
  stage.house.directory.admits = false;
  browser.post("/register/sms-code", {{"code", code_sent(stage)}});
  assert_int_equal(browser.response.status, 303);
  browser.get(browser.location());
  assert_text(browser.path, "/register/done");
  assert_true(browser.page().contains("being activated"));
  stage.house.directory.admits = true;
  assert_ok(stage.house.registration->settle_intents());
  browser.get("/register/done");
  assert_true(browser.page().contains("Your account is ready"));
}

void a_cookie_counts_at_its_own_portal_only(void**) {
  // W1
  Stage stage;
  stage.house.invite(kAhv, kBorn, kCode);
  Browser browser(stage);
  prove_mail(browser, stage);
  Browser elsewhere(stage, "fr", "1e.example.ch");
  elsewhere.cookies = browser.cookies;
  elsewhere.get("/register/factor");
  assert_text(elsewhere.location(), "/register");
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(every_wrong_datum_looks_the_same),
      cmocka_unit_test(too_many_wrong_data_are_throttled_with_the_same_schedule),
      cmocka_unit_test(what_was_typed_is_kept_but_no_code_and_no_password),
      cmocka_unit_test(a_weak_password_is_told_all_its_faults),
      cmocka_unit_test(an_address_in_use_looks_like_a_free_one),
      cmocka_unit_test(a_step_opened_early_or_late_leads_to_the_right_one),
      cmocka_unit_test(a_form_of_another_step_leads_to_the_right_one),
      cmocka_unit_test(a_second_tab_repeats_a_step_without_harm),
      cmocka_unit_test(a_registration_that_is_over_says_what_to_do),
      cmocka_unit_test(a_wrong_address_is_corrected_and_the_new_code_counts),
      cmocka_unit_test(a_directory_that_is_down_costs_the_person_nothing),
      cmocka_unit_test(an_activation_that_hangs_is_not_lost),
      cmocka_unit_test(a_cookie_counts_at_its_own_portal_only),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
