// What people change themselves: the password, the second factor.

#include <regex>

#include "browser.hpp"

using namespace portal;
using namespace portal::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view kNext = "Wolke7.zieht.Weiter";
const std::string kName = "anna.muster@example.ch";

/// A registered person, logged in here and elsewhere.
struct Inhabited : Stage {
  Inhabited() : here(*this, "en"), elsewhere(*this, "en") {
    house.invite(kAhv, kBorn, kCode);
    register_by_sms(here, *this);
    log_in_by_sms(elsewhere, *this);
    house.clock.advance(1min);
    log_in_by_sms(here, *this);
    house.clock.advance(1min);
    (void)house.sent();
  }

  /// The code of an SMS that is asked for on the account page.
  std::string code_for(const std::string& path) {
    here.get("/account");
    here.submit(path + "/begin", {});
    assert_text(here.path, path + "?sent=1");
    return code_sent(*this);
  }

  bool is_in(Browser& browser) {
    browser.get("/account");
    return browser.response.status == 200;
  }

  bool takes_password(std::string_view password) {
    house.clock.advance(1min);
    Browser browser(*this, "en");
    browser.get("/login");
    browser.post("/login", {{"user_name", kName}, {"password", std::string(password)}});
    return browser.response.status == 303;
  }

  Browser here;
  Browser elsewhere;
};

Fields new_password(std::string_view current, const std::string& code, std::string_view next) {
  return {{"current", std::string(current)},
          {"code", code},
          {"password", std::string(next)},
          {"password_again", std::string(next)}};
}

void a_password_is_changed_with_the_present_one_and_the_factor(void**) {
  // P4, W4, R12
  Inhabited stage;
  const std::string code = stage.code_for("/account/password");
  stage.here.submit("/account/password", new_password(kPassword, code, kNext));
  assert_text(stage.here.path, "/account?changed=password");
  assert_true(stage.here.page().contains("Your password has been changed."));
  assert_true(stage.is_in(stage.here));
  assert_false(stage.is_in(stage.elsewhere));
  const auto told = stage.house.sent();
  assert_text(told.back().text, "mail.password_changed");
  assert_true(stage.takes_password(kNext));
  assert_false(stage.takes_password(kPassword));
}

void nothing_changes_without_one_of_them(void**) {
  // P4, P1, L5
  Inhabited stage;
  const std::string code = stage.code_for("/account/password");
  const std::string wrong = code == "000000" ? "000001" : "000000";
  const auto refused = [&](const Fields& fields, const char* why) {
    stage.here.post("/account/password", fields);
    assert_int_equal(stage.here.response.status, 422);
    if (!stage.here.page().contains(why)) fail_msg("the page does not say: %s", why);
  };
  refused(new_password("", code, kNext), "Enter your password.");
  refused(new_password("Another1!word", code, kNext), "The current password is not right.");
  refused(new_password(kPassword, wrong, kNext), "This code is not correct");
  // Our own rules are asked before the code is used up.
  refused(new_password(kPassword, code, "short"), "at least 8 characters");
  Fields differ = new_password(kPassword, code, kNext);
  differ.back().second = "something else";
  refused(differ, "The two passwords are not the same.");
  assert_true(stage.is_in(stage.elsewhere));
  stage.here.submit("/account/password", new_password(kPassword, code, kNext));
  assert_text(stage.here.path, "/account?changed=password");
}

void prove(Inhabited& stage) {
  const std::string code = stage.code_for("/account/change");
  stage.here.submit("/account/change", {{"current", std::string(kPassword)}, {"code", code}});
  assert_text(stage.here.path, "/account/change/factor");
}

void a_number_is_changed_when_its_code_was_entered(void**) {
  // A3, T8, W4, R12
  Inhabited stage;
  prove(stage);
  stage.here.submit("/account/change/factor", {{"factor", "sms"}});
  assert_text(stage.here.path, "/account/change/phone");
  stage.here.submit("/account/change/phone", {{"phone", "079 765 43 21"}});
  assert_text(stage.here.path, "/account/change/sms-code");
  const std::string code = code_sent(stage);
  assert_true(stage.is_in(stage.elsewhere));
  stage.here.post("/account/change/sms-code", {{"code", code == "000000" ? "000001" : "000000"}});
  assert_int_equal(stage.here.response.status, 422);
  stage.here.get("/account");
  assert_true(stage.here.page().contains("67"));
  stage.here.get("/account/change/sms-code");
  stage.here.submit("/account/change/sms-code", {{"code", code}});
  assert_text(stage.here.path, "/account?changed=factor");
  assert_true(stage.here.page().contains("21"));
  assert_false(stage.is_in(stage.elsewhere));
  assert_text(stage.house.sent().back().text, "mail.factor_changed");
  assert_int_equal(stage.house.event_count("factor.changed"), 1);
  assert_int_equal(stage.here.cookies.count("__Host-change"), 0);
}

/// RFC 4648 base32, as an app reads it from the QR code.
Secret seed_of(const std::string& text) {
  std::string bytes;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    bits = bits << 5U | static_cast<unsigned>(c >= 'A' ? c - 'A' : c - '2' + 26);
    count += 5;
    if (count < 8) continue;
    count -= 8;
    bytes.push_back(static_cast<char>(bits >> static_cast<unsigned>(count) & 0xFFU));
  }
  return Secret(bytes);
}

std::string code_of(const Inhabited& stage, const Secret& seed) {
  const auto code = stage.house.totp.code_at(seed, to_millis(stage.house.clock.now()) / 30'000);
  return std::string(code->reveal());
}

void an_app_takes_the_place_of_the_phone(void**) {
  // A3, T4, T8
  Inhabited stage;
  prove(stage);
  stage.here.submit("/account/change/factor", {{"factor", "totp"}});
  assert_text(stage.here.path, "/account/change/app");
  const std::string text = stage.here.response.body;
  std::smatch key;
  assert_true(std::regex_search(text, key, std::regex("secret=([A-Z2-7]{32})")));
  // Reloaded or chosen again, it is the same key; meanwhile the old factor still counts.
  stage.here.get("/account/change/app");
  assert_true(stage.here.page().contains(key[1].str()));
  stage.here.get("/account/change/factor");
  stage.here.submit("/account/change/factor", {{"factor", "totp"}});
  assert_true(stage.here.page().contains(key[1].str()));
  const Secret seed = seed_of(key[1].str());
  stage.here.submit("/account/change/app", {{"code", code_of(stage, seed)}});
  assert_text(stage.here.path, "/account?changed=factor");
  assert_true(stage.here.page().contains("app"));
  // The code that proved the app is used up (T4); the next one logs in.
  Browser other(stage, "en");
  give_password(other);
  other.post("/login/code", {{"code", code_of(stage, seed)}});
  assert_int_equal(other.response.status, 422);
  stage.house.clock.advance(30s);
  other.submit("/login/code", {{"code", code_of(stage, seed)}});
  assert_true(other.path.starts_with("/account"));
}

void steps_come_in_order_and_each_change_counts_once(void**) {
  // A3, R8, W5
  Inhabited stage;
  for (const char* path : {"/account/change/factor", "/account/change/phone",
                           "/account/change/sms-code", "/account/change/app"}) {
    stage.here.get(path);
    assert_text(stage.here.location(), "/account/change");
  }
  prove(stage);
  const std::string stolen = stage.here.cookies.at("__Host-change");
  stage.here.get("/account/change/app");
  assert_text(stage.here.location(), "/account/change/factor");
  // Another session of the same person cannot use it, nor one whose factor has changed since.
  stage.elsewhere.get("/account");
  stage.elsewhere.cookies["__Host-change"] = stolen;
  stage.elsewhere.get("/account/change/factor");
  assert_text(stage.elsewhere.location(), "/account/change");
  stage.here.submit("/account/change/factor", {{"factor", "sms"}});
  stage.here.submit("/account/change/phone", {{"phone", "079 765 43 21"}});
  stage.here.submit("/account/change/sms-code", {{"code", code_sent(stage)}});
  assert_text(stage.here.path, "/account?changed=factor");
  stage.here.cookies["__Host-change"] = stolen;
  stage.here.get("/account/change/factor");
  assert_text(stage.here.location(), "/account/change");
}

void a_change_does_not_wait_for_ever(void**) {
  // A3
  Inhabited stage;
  prove(stage);
  for (int i = 0; i < 4; ++i) {
    stage.house.clock.advance(10min);
    assert_true(stage.is_in(stage.here));
  }
  stage.here.get("/account/change/factor");
  assert_text(stage.here.location(), "/account/change");
}

void the_proof_wants_password_and_factor(void**) {
  // A3, T5
  Inhabited stage;
  const std::string code = stage.code_for("/account/change");
  const std::string wrong = code == "000000" ? "000001" : "000000";
  stage.here.post("/account/change", {{"current", "Another1!word"}, {"code", code}});
  assert_int_equal(stage.here.response.status, 422);
  assert_int_equal(stage.here.cookies.count("__Host-change"), 0);
  stage.here.post("/account/change", {{"current", std::string(kPassword)}, {"code", wrong}});
  assert_int_equal(stage.here.response.status, 422);
  assert_int_equal(stage.here.cookies.count("__Host-change"), 0);
  stage.here.post("/account/change", {{"current", ""}, {"code", code}});
  assert_int_equal(stage.here.response.status, 422);
  stage.here.submit("/account/change", {{"current", std::string(kPassword)}, {"code", code}});
  assert_text(stage.here.path, "/account/change/factor");
}

void mails_follow_the_language_that_their_owner_reads(void**) {
  // R12, J1
  Inhabited stage;
  stage.here.get("/account");
  assert_true(stage.here.page().contains("Version 2026-01, accepted on"));
  stage.here.post("/language", {{"language", "it"}, {"back", "/account"}});
  assert_text(stage.here.location(), "/account");
  const auto shown = stage.house.administration->show(kName, "masked", stage.house.admin);
  assert_true(shown->account.language == Language::it);
  assert_int_equal(stage.house.event_count("account.language_chosen"), 1);
  // Whoever is not logged in chooses for the pages alone.
  Browser stranger(stage, "en");
  stranger.get("/");
  stranger.post("/language", {{"language", "de"}, {"back", "/"}});
  assert_int_equal(stage.house.event_count("account.language_chosen"), 1);
}

void strangers_are_sent_to_the_login(void**) {
  // W5, A3
  Inhabited stage;
  Browser stranger(stage, "en");
  stranger.get("/login");
  for (const char* path : {"/account/password", "/account/change", "/account/change/factor"}) {
    stranger.get(path);
    assert_text(stranger.location(), "/login");
  }
  for (const char* path :
       {"/account/password", "/account/password/begin", "/account/change", "/account/change/begin",
        "/account/change/factor", "/account/change/phone", "/account/change/app",
        "/account/change/sms-code", "/account/change/sms-code/resend"}) {
    stranger.get("/login");
    stranger.post(path, {{"code", "000000"}});
    assert_int_equal(stranger.response.status, 303);
    assert_text(stranger.location(), "/login");
    stage.here.post_raw(path, "code=000000");
    assert_int_equal(stage.here.response.status, 403);
  }
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_password_is_changed_with_the_present_one_and_the_factor),
      cmocka_unit_test(nothing_changes_without_one_of_them),
      cmocka_unit_test(a_number_is_changed_when_its_code_was_entered),
      cmocka_unit_test(an_app_takes_the_place_of_the_phone),
      cmocka_unit_test(steps_come_in_order_and_each_change_counts_once),
      cmocka_unit_test(a_change_does_not_wait_for_ever),
      cmocka_unit_test(the_proof_wants_password_and_factor),
      cmocka_unit_test(mails_follow_the_language_that_their_owner_reads),
      cmocka_unit_test(strangers_are_sent_to_the_login),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
