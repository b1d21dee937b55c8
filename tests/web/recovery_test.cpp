// New recovery codes on the account page, and the way in with one.

#include <regex>
#include <set>

#include "browser.hpp"

using namespace portal;
using namespace portal::test;
using namespace std::chrono_literals;

namespace {

/// A stage with one registered person, who is logged in.
struct Inhabited : Stage {
  Inhabited() : browser(*this, "en") {
    house.invite(kAhv, kBorn, kCode);
    register_by_sms(browser, *this);
    log_in_by_sms(browser, *this);
    house.clock.advance(1min);
  }
  Browser browser;
};

std::vector<std::string> codes_on(const Browser& browser) {
  const std::regex shape("[CDFHJKMNPQRTVWXY3479]{4}(-[CDFHJKMNPQRTVWXY3479]{4}){3}");
  const std::string& body = browser.response.body;
  std::vector<std::string> found;
  for (std::sregex_iterator i(body.begin(), body.end(), shape), end; i != end; ++i)
    found.push_back(i->str());
  return found;
}

std::vector<std::string> make_codes(Inhabited& stage) {
  Browser& browser = stage.browser;
  browser.get("/account");
  browser.submit("/account/recovery-codes/begin", {});
  assert_text(browser.path, "/account/recovery-codes?sent=1");
  (void)browser.page();
  browser.post("/account/recovery-codes", {{"code", code_sent(stage)}});
  assert_int_equal(browser.response.status, 200);
  return codes_on(browser);
}

void ten_codes_are_shown_once(void**) {
  // A1, W5
  Inhabited stage;
  Browser& browser = stage.browser;
  browser.get("/account");
  assert_true(browser.page().contains("0 left"));
  const std::vector<std::string> codes = make_codes(stage);
  assert_int_equal(std::set<std::string>(codes.begin(), codes.end()).size(), 10);
  assert_true(browser.page().contains("shown only now"));
  assert_text(browser.header("Cache-Control"), "no-store");
  // Sent again (reload), the code has been used; no page shows them.
  browser.post("/account/recovery-codes", {{"code", "000000"}});
  assert_int_equal(browser.response.status, 422);
  assert_true(codes_on(browser).empty());
  browser.get("/account/recovery-codes");
  assert_true(codes_on(browser).empty());
  browser.get("/account");
  assert_true(browser.page().contains("10 left"));
  assert_true(codes_on(browser).empty());
}

void a_code_logs_in_when_the_phone_is_lost(void**) {
  // A1, A2
  Inhabited stage;
  const std::vector<std::string> codes = make_codes(stage);
  stage.house.clock.advance(1min);
  Browser other(stage, "en");
  give_password(other);
  assert_true(other.page().contains("href=\"/login/code?recovery=1\""));
  other.get("/login/code?recovery=1");
  assert_true(other.page().contains("Recovery code"));
  other.post("/login/code", {{"recovery", "1"}, {"code", "K7QF-9XTM-4PWR-HJ3D"}});
  assert_int_equal(other.response.status, 422);
  assert_true(other.page().contains("Recovery code"));
  other.submit("/login/code", {{"recovery", "1"}, {"code", codes[0]}});
  assert_true(other.path.starts_with("/account"));
  assert_true(other.page().contains("9 left"));
}

void a_new_letter_gives_a_factor_back(void**) {
  // A2, R8
  Inhabited stage;
  assert_ok(stage.house.administration->reset_factor("anna.muster@example.ch", stage.house.admin));
  stage.house.clock.advance(1min);
  Browser browser(stage, "en");
  browser.get("/login");
  browser.post("/login",
               {{"user_name", "anna.muster@example.ch"}, {"password", std::string(kPassword)}});
  assert_int_equal(browser.response.status, 422);
  assert_true(browser.page().contains("the data of your new letter"));

  stage.house.invite(kAhv, kBorn, "S3CN-D1ET-T3RX-Y");
  open_identity(browser);
  browser.submit("/register/identity", identity_fields("S3CN-D1ET-T3RX-Y"));
  assert_text(browser.path, "/login");
  browser.submit("/login",
                 {{"user_name", "anna.muster@example.ch"}, {"password", std::string(kPassword)}});
  assert_text(browser.path, "/register/factor");
  browser.submit("/register/factor", {{"factor", "sms"}});
  browser.submit("/register/phone", {{"phone", "079 765 43 21"}});
  browser.submit("/register/sms-code", {{"code", code_sent(stage)}});
  assert_text(browser.path, "/register/done");
  assert_int_equal(browser.cookies.count("__Host-session"), 0);
  stage.house.clock.advance(1min);
  Browser other(stage, "en");
  log_in_by_sms(other, stage);
  assert_true(other.page().contains("21"));
}

void nobody_else_makes_codes(void**) {
  // A1, W5
  Inhabited stage;
  Browser stranger(stage, "en");
  for (const char* path : {"/account/recovery-codes", "/account/recovery-codes/begin"}) {
    stranger.get("/login");
    stranger.post(path, {{"code", "000000"}});
    assert_int_equal(stranger.response.status, 303);
    assert_text(stranger.location(), "/login");
    stage.browser.post_raw(path, "code=000000");
    assert_int_equal(stage.browser.response.status, 403);
  }
  stranger.get("/account/recovery-codes");
  assert_text(stranger.location(), "/login");
  stage.browser.get("/account");
  assert_true(stage.browser.page().contains("0 left"));
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(ten_codes_are_shown_once),
      cmocka_unit_test(a_code_logs_in_when_the_phone_is_lost),
      cmocka_unit_test(a_new_letter_gives_a_factor_back),
      cmocka_unit_test(nobody_else_makes_codes),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
