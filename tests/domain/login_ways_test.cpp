#include <string>

#include "domain/login_house.hpp"

using namespace portal;
using namespace portal::test;

namespace {

LoginConversation single(const House& house, std::string separator = ",") {
  LoginConversation made = conversation(house);
  made.profile.conversation = ServiceProfile::Conversation::single;
  made.profile.separator = std::move(separator);
  return made;
}

Secret joined(std::string_view password, std::string_view separator, const Secret& code) {
  return Secret(std::string(password) + std::string(separator) + std::string(code.reveal()));
}

void with_sms(House& house) {
  house.invite(kAhv, kBorn, kCode);
  (void)registered_by_sms(house);
  (void)house.sent();
  house.clock.advance(1min);
}

void one_answer_holds_password_and_code(void**) {
  // T4, T5
  House house;
  const Secret seed = with_app(house);
  for (const std::string separator : {",", "", "+++"}) {
    LoginConversation made = single(house, separator);
    const LoginStep first = house.login->start(made);
    assert_true(std::get<Prompt>(first).kind == Prompt::Kind::password);
    const Secret answer = joined(kPassword, separator, code_now(house, seed));
    LoginConversation again = made;
    assert_true(is_granted(house.login->answer(made, answer)));
    assert_true(refusal_of(house.login->answer(again, answer)) == RefusalReason::wrong_code);
    house.clock.advance(30s);
  }
}

void one_answer_may_hold_a_recovery_code(void**) {
  // A2: as it is printed, dashes and all
  House house;
  const Secret seed = with_app(house);
  const AccountId account = house.directory.entries().begin()->second.account;
  const auto outcome = house.recovery->issue(
      {account, "recovery:flex", PortalId("flex"), house.source, Language::fr, account.text()},
      code_now(house, seed));
  assert_ok(outcome);
  const auto& codes = std::get<std::vector<Secret>>(*outcome);
  std::size_t next = 0;
  for (const std::string separator : {",", "", "-", "+++"}) {
    const Secret answer = joined(kPassword, separator, codes[next++]);
    LoginConversation made = single(house, separator);
    assert_true(is_granted(house.login->answer(made, answer)));
    LoginConversation again = single(house, separator);
    assert_true(refusal_of(house.login->answer(again, answer)) == RefusalReason::wrong_code);
  }
}

void a_password_that_looks_like_a_code_is_no_guess_at_one(void**) {
  // T5: clients that send one text to every prompt
  House house;
  const Secret seed = with_app(house);
  const std::string_view digits = "246810";
  assert_ok(
      house.directory.set_password(house.directory.entries().begin()->second.dn, Secret(digits)));
  for (int i = 0; i < 10; ++i) {
    LoginConversation made = conversation(house);
    assert_true(std::holds_alternative<Prompt>(house.login->answer(made, Secret(digits))));
    assert_true(refusal_of(house.login->answer(made, Secret(digits))) == RefusalReason::wrong_code);
  }
  LoginConversation owner = conversation(house);
  assert_true(std::holds_alternative<Prompt>(house.login->answer(owner, Secret(digits))));
  assert_true(is_granted(house.login->answer(owner, code_now(house, seed))));
}

void a_password_without_its_code_is_told_what_is_missing(void**) {
  // L5: after the right password alone
  House house;
  (void)with_app(house);
  LoginConversation made = single(house);
  assert_true(refusal_of(house.login->answer(made, Secret(kPassword))) ==
              RefusalReason::code_missing);
  LoginConversation wrong = single(house);
  assert_true(refusal_of(house.login->answer(wrong, Secret("Falsch?Wort8"))) ==
              RefusalReason::wrong_credentials);
}

void a_single_answer_costs_one_bind_whatever_it_ends_in(void**) {
  // T6
  House house;
  const Secret seed = with_app(house);
  const std::string entry = house.directory.entries().begin()->second.dn;
  constexpr std::string_view kCodeLike = "Regen?Bogen7,123456";
  assert_ok(house.directory.set_password(entry, Secret(kCodeLike)));
  int binds = house.directory.binds;
  LoginConversation made = single(house);
  assert_true(is_granted(house.login->answer(made, joined(kCodeLike, ",", code_now(house, seed)))));
  assert_int_equal(house.directory.binds - binds, 1);
  binds = house.directory.binds;
  LoginConversation wrong = single(house);
  (void)house.login->answer(wrong, Secret("Falsch?Wort8,123456"));
  assert_int_equal(house.directory.binds - binds, 1);
}

void by_sms_the_password_alone_sends_the_code_and_the_next_try_has_both(void**) {
  // S1
  House house;
  with_sms(house);
  LoginConversation first = single(house);
  assert_true(refusal_of(house.login->answer(first, Secret(kPassword))) ==
              RefusalReason::code_sent);
  const Secret code = house.code_sent();
  LoginConversation second = single(house);
  assert_true(is_granted(house.login->answer(second, joined(kPassword, ",", code))));
  LoginConversation third = single(house);
  assert_false(is_granted(house.login->answer(third, joined(kPassword, ",", code))));
}

void by_sms_an_expired_code_is_replaced(void**) {
  // S1
  House house;
  with_sms(house);
  LoginConversation first = single(house);
  (void)house.login->answer(first, Secret(kPassword));
  const Secret old = house.code_sent();
  house.clock.advance(11min);
  LoginConversation late = single(house);
  assert_true(refusal_of(house.login->answer(late, joined(kPassword, ",", old))) ==
              RefusalReason::code_sent);
  LoginConversation again = single(house);
  assert_true(is_granted(house.login->answer(again, joined(kPassword, ",", house.code_sent()))));
}

void a_wrong_password_sends_no_sms(void**) {
  // S2
  House house;
  with_sms(house);
  LoginConversation made = single(house);
  assert_true(refusal_of(house.login->answer(made, Secret("Falsch?Wort8"))) ==
              RefusalReason::wrong_credentials);
  assert_true(house.sent().empty());
}

void the_second_factor_alone_asks_for_the_code_at_once(void**) {
  // T4, L5: a name that nobody has is asked as well
  House house;
  const Secret seed = with_app(house);
  LoginConversation made = conversation(house);
  made.asks = LoginConversation::Asks::factor_alone;
  assert_true(std::get<Prompt>(house.login->start(made)).kind == Prompt::Kind::totp_code);
  assert_true(is_granted(house.login->answer(made, code_now(house, seed))));

  LoginConversation nobody = conversation(house, "nobody@example.ch");
  nobody.asks = LoginConversation::Asks::factor_alone;
  assert_true(std::get<Prompt>(house.login->start(nobody)).kind == Prompt::Kind::totp_code);
  assert_true(refusal_of(house.login->answer(nobody, code_now(house, seed))) ==
              RefusalReason::wrong_code);
}

void the_second_factor_alone_lets_no_locked_account_in(void**) {
  // M4
  House house;
  const Secret seed = with_app(house);
  assert_ok(house.administration->lock(kName, house.admin));
  LoginConversation made = conversation(house);
  made.asks = LoginConversation::Asks::factor_alone;
  assert_true(std::holds_alternative<Prompt>(house.login->start(made)));
  assert_false(is_granted(house.login->answer(made, code_now(house, seed))));
}

void a_service_may_be_content_with_the_password(void**) {
  // J1
  House house;
  (void)with_app(house);
  LoginConversation made = conversation(house);
  made.profile.second_factor = false;
  assert_true(is_granted(house.login->answer(made, Secret(kPassword))));
  assert_int_equal(house.event_count("login.granted"), 1);
  LoginConversation wrong = conversation(house);
  wrong.profile.second_factor = false;
  assert_true(refusal_of(house.login->answer(wrong, Secret("Falsch?Wort8"))) ==
              RefusalReason::wrong_credentials);
}

void a_services_own_words_stand_first(void**) {
  // M3
  House house;
  (void)with_app(house);
  LoginConversation made = conversation(house);
  made.profile.password_prompt = "Static password:";
  made.profile.code_prompt = "Dynamic password:";
  assert_text(std::get<Prompt>(house.login->start(made)).text, "Static password: ");
  const LoginStep next = house.login->answer(made, Secret(kPassword));
  assert_text(std::get<Prompt>(next).text, "Dynamic password: fr:prompt.totp");
}

void a_password_that_must_be_changed_lets_pam_on_and_the_web_not(void**) {
  // M4
  House house;
  const Secret seed = with_app(house);
  house.directory.verdict = BindAnswer::Verdict::must_change;
  LoginConversation made = at_the_code(house);
  assert_true(is_granted(house.login->answer(made, code_now(house, seed))));
  LoginConversation web = conversation(house);
  web.portal = PortalId("flex");
  assert_true(refusal_of(house.login->answer(web, Secret(kPassword))) ==
              RefusalReason::account_unusable);
}

void the_account_phase_says_what_the_directory_says(void**) {
  // M4: also after a public key, without a bind
  House house;
  (void)with_app(house);
  assert_true(house.login->standing_of(kName) == LoginService::Standing::usable);
  house.directory.standings.must_change = true;
  assert_true(house.login->standing_of(kName) == LoginService::Standing::must_change);
  house.directory.standings.expired = true;
  assert_true(house.login->standing_of(kName) == LoginService::Standing::expired);
  house.directory.standings.locked = true;
  assert_true(house.login->standing_of(kName) == LoginService::Standing::unusable);
}

void what_the_directory_has_just_said_is_not_asked_again(void**) {
  // M4: once, for a second, and only if it had nothing to add
  House house;
  (void)with_app(house);
  const auto log_in = [&] { (void)at_the_code(house); };
  const auto standing = [&] { return house.login->standing_of(kName); };
  house.directory.standings.locked = true;
  log_in();
  assert_true(standing() == LoginService::Standing::usable);
  assert_true(standing() == LoginService::Standing::unusable);
  log_in();
  house.clock.advance(2s);
  assert_true(standing() == LoginService::Standing::unusable);
  log_in();
  house.clock.advance(-10s);  // somebody set the clock back
  assert_true(standing() == LoginService::Standing::unusable);
  house.directory.verdict = BindAnswer::Verdict::must_change;
  log_in();
  assert_true(standing() == LoginService::Standing::unusable);
  house.directory.verdict.reset();

  // What the store knows always counts.
  log_in();
  assert_ok(house.administration->lock(kName, house.admin));
  house.directory.standings.locked = false;
  assert_true(standing() == LoginService::Standing::unusable);
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(one_answer_holds_password_and_code),
      cmocka_unit_test(one_answer_may_hold_a_recovery_code),
      cmocka_unit_test(a_password_that_looks_like_a_code_is_no_guess_at_one),
      cmocka_unit_test(a_password_without_its_code_is_told_what_is_missing),
      cmocka_unit_test(a_single_answer_costs_one_bind_whatever_it_ends_in),
      cmocka_unit_test(by_sms_the_password_alone_sends_the_code_and_the_next_try_has_both),
      cmocka_unit_test(by_sms_an_expired_code_is_replaced),
      cmocka_unit_test(a_wrong_password_sends_no_sms),
      cmocka_unit_test(the_second_factor_alone_asks_for_the_code_at_once),
      cmocka_unit_test(the_second_factor_alone_lets_no_locked_account_in),
      cmocka_unit_test(a_service_may_be_content_with_the_password),
      cmocka_unit_test(a_services_own_words_stand_first),
      cmocka_unit_test(a_password_that_must_be_changed_lets_pam_on_and_the_web_not),
      cmocka_unit_test(the_account_phase_says_what_the_directory_says),
      cmocka_unit_test(what_the_directory_has_just_said_is_not_asked_again),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
