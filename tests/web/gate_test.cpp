// What holds for every page: the portal, the CSRF token, the origin, the headers, the cookies.

#include "browser.hpp"

using namespace portal;
using namespace portal::test;

namespace {

constexpr const char* kPages[] = {"/",
                                  "/terms",
                                  "/register",
                                  "/register/identity?audience=insured",
                                  "/register/credentials",
                                  "/register/mail-code",
                                  "/register/factor",
                                  "/register/phone",
                                  "/register/sms-code",
                                  "/register/app",
                                  "/register/done",
                                  "/login",
                                  "/login/code",
                                  "/account",
                                  "/account/terms",
                                  "/account/sessions",
                                  "/session/check",
                                  "/nowhere",
                                  "/logout"};

constexpr const char* kForms[] = {"/register",
                                  "/register/identity",
                                  "/register/credentials",
                                  "/register/mail-code",
                                  "/register/mail-code/resend",
                                  "/register/mail-code/address",
                                  "/register/factor",
                                  "/register/factor/again",
                                  "/register/phone",
                                  "/register/sms-code",
                                  "/register/sms-code/number",
                                  "/register/sms-code/resend",
                                  "/register/app",
                                  "/login",
                                  "/login/code",
                                  "/login/code/resend",
                                  "/account/terms",
                                  "/account/sessions/end",
                                  "/account/recovery-codes",
                                  "/account/recovery-codes/begin",
                                  "/language",
                                  "/logout"};

void assert_guarded(const Browser& browser) {
  assert_text(browser.header("Content-Security-Policy"),
              "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
              "form-action 'self'; frame-ancestors 'none'; base-uri 'none'");
  assert_text(browser.header("X-Content-Type-Options"), "nosniff");
  assert_text(browser.header("Strict-Transport-Security"), "max-age=31536000");
  assert_text(browser.header("Referrer-Policy"), "same-origin");
  assert_text(browser.header("Cross-Origin-Opener-Policy"), "same-origin");
  assert_text(browser.header("Cross-Origin-Resource-Policy"), "same-origin");
  assert_false(browser.header("Permissions-Policy").empty());
}

void every_answer_has_the_security_headers(void**) {
  // W5
  const Stage stage;
  Browser browser(stage);
  for (const char* page : kPages) {
    browser.get(page);
    assert_guarded(browser);
    assert_text(browser.header("Cache-Control"), "no-store");
  }
  for (const char* form : kForms) {
    browser.post(form, {});
    assert_guarded(browser);
    assert_text(browser.header("Cache-Control"), "no-store");
  }
}

void a_post_without_the_right_token_does_nothing(void**) {
  // W5
  Stage stage;
  stage.house.invite(kAhv, kBorn, kCode);
  Browser other(stage);
  other.get("/");
  for (const char* form : kForms) {
    Browser browser(stage);
    // No visit at all; then none of the tokens that are not this visit's.
    assert_int_equal(browser.post_raw(form, "").status, 403);
    browser.get("/");
    const std::string own = browser.csrf;
    for (const std::string& token : {std::string(), std::string("x"), other.csrf, own + "x"}) {
      assert_int_equal(browser.post_raw(form, encoded({{"csrf", token}})).status, 403);
    }
  }
  // Neither does one with everything else right.
  Browser browser(stage);
  open_identity(browser);
  browser.post_raw("/register/identity", encoded(identity_fields()));
  assert_int_equal(browser.response.status, 403);
  assert_int_equal(stage.house.event_count("registration.identify"), 0);
}

void a_post_from_elsewhere_is_refused(void**) {
  // W5
  const Stage stage;
  Browser browser(stage);
  browser.get("/");
  const std::string body = encoded({{"csrf", browser.csrf}, {"audience", "insured"}});
  for (const char* origin : {"https://evil.example", "null", "https://1e.example.ch",
                             "http://flex.example.ch", "https://flex.example.ch:444"}) {
    assert_int_equal(browser.post_raw("/register", body, {{"origin", origin}}).status, 403);
  }
  assert_int_equal(browser.post_raw("/register", body, {{"origin", ""}}).status, 303);
  assert_int_equal(browser.post_raw("/register", body).status, 303);
}

void a_form_that_no_browser_sends_is_refused(void**) {
  // W5
  const Stage stage;
  Browser browser(stage);
  browser.get("/");
  const std::string body = encoded({{"csrf", browser.csrf}, {"audience", "insured"}});
  assert_int_equal(
      browser.post_raw("/register", body, {{"content-type", "application/json"}}).status, 415);
  assert_int_equal(browser.post_raw("/register", body + "&audience=insured").status, 400);
  assert_int_equal(browser.post_raw("/register", body + "&x=%zz").status, 400);
  assert_int_equal(
      browser
          .post_raw("/register", body,
                    {{"content-type", "application/x-www-form-urlencoded; charset=UTF-8"}})
          .status,
      303);
}

void cookies_are_bound_to_the_host_and_hidden(void**) {
  // W1
  Stage stage;
  stage.house.invite(kAhv, kBorn, kCode);
  Browser browser(stage);
  std::map<std::string, std::string> lines;
  const auto note = [&] {
    for (const std::string& line : browser.set_cookie_lines) {
      lines.emplace(line.substr(0, line.find('=')), line);
    }
  };
  browser.get("/register");
  note();
  browser.post("/language", {{"language", "fr"}});
  note();
  open_identity(browser);
  browser.post("/register/identity", identity_fields());
  note();
  Browser registering(stage);
  register_by_sms(registering, stage);
  browser.get("/login");
  browser.post("/login",
               {{"user_name", "anna.muster@example.ch"}, {"password", std::string(kPassword)}});
  note();
  browser.get("/login/code");
  browser.post("/login/code", {{"code", code_sent(stage)}});
  note();
  for (const char* name : {"__Host-visit", "__Host-language", "__Host-registration", "__Host-login",
                           "__Host-session"}) {
    if (lines.count(name) == 0) fail_msg("%s was never set", name);
    const std::string& line = lines.at(name);
    assert_true(line.find("; Path=/;") != line.npos);
    assert_true(line.find("; Secure;") != line.npos);
    assert_true(line.find("; HttpOnly;") != line.npos);
    assert_true(line.find("; SameSite=") != line.npos);
    assert_true(line.find("Domain") == line.npos);
  }
  assert_true(lines.at("__Host-login").find("SameSite=Strict") != std::string::npos);
}

void an_unknown_host_has_no_portal(void**) {
  // W5
  const Stage stage;
  Browser browser(stage, "en", "evil.example");
  for (const char* page : kPages) {
    browser.get(page);
    assert_true(browser.response.status == 421 || browser.response.status == 404 ||
                browser.response.status == 405);
    assert_true(browser.set_cookie_lines.empty());
    assert_true(browser.response.body.find("example.ch") == std::string::npos);
  }
}

void assets_are_kept_by_the_browser_and_named_by_their_content(void**) {
  // W5
  const Stage stage;
  Browser browser(stage);
  browser.get("/");
  int found = 0;
  const Html page = browser.page();
  for (const Tag& tag : page.tags()) {
    if (tag.name != "link") continue;
    Browser loader(stage);
    loader.get(tag.get("href"));
    assert_int_equal(loader.response.status, 200);
    assert_text(loader.header("Cache-Control"), "public, max-age=31536000, immutable");
    assert_guarded(loader);
    assert_true(loader.set_cookie_lines.empty());
    ++found;
  }
  assert_int_equal(found, 2);
}

void the_language_is_the_chosen_one_then_the_browsers_then_french(void**) {
  // W6
  const Stage stage;
  Browser unknown(stage, "pt-BR");
  unknown.get("/");
  assert_true(Html(unknown.response.body).contains("<html lang=\"fr\""));
  Browser browser(stage, "de");
  browser.get("/login");
  assert_true(browser.page().contains("lang=\"it\""));
  browser.post("/language", {{"language", "it"}, {"back", "/login"}});
  assert_text(browser.location(), "/login");
  browser.get("/login");
  assert_true(Html(browser.response.body).contains("<html lang=\"it\""));
  browser.post("/language", {{"language", "xx"}, {"back", "/login"}});
  browser.get("/login");
  assert_true(Html(browser.response.body).contains("<html lang=\"it\""));
}

void the_language_switch_leads_nowhere_else(void**) {
  // W5
  const Stage stage;
  Browser browser(stage);
  for (const char* back : {"https://evil.example", "//evil.example", "/\\evil.example", "evil",
                           "/x\r\nSet-Cookie: a=b", ""}) {
    browser.get("/");
    browser.post("/language", {{"language", "de"}, {"back", back}});
    assert_int_equal(browser.response.status, 303);
    assert_text(browser.location(), "/");
  }
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(every_answer_has_the_security_headers),
      cmocka_unit_test(a_post_without_the_right_token_does_nothing),
      cmocka_unit_test(a_post_from_elsewhere_is_refused),
      cmocka_unit_test(a_form_that_no_browser_sends_is_refused),
      cmocka_unit_test(cookies_are_bound_to_the_host_and_hidden),
      cmocka_unit_test(an_unknown_host_has_no_portal),
      cmocka_unit_test(assets_are_kept_by_the_browser_and_named_by_their_content),
      cmocka_unit_test(the_language_is_the_chosen_one_then_the_browsers_then_french),
      cmocka_unit_test(the_language_switch_leads_nowhere_else),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
