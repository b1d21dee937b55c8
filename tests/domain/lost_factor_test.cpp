// A second factor that was lost, given back in the browser by a new letter.

#include "login_house.hpp"

using namespace portal;
using namespace portal::test;

namespace {

constexpr std::string_view kNewCode = "NEWC-0DE2-2222-3333";

/// Anna, whose factor was taken away, and who has a new letter.
struct Lost {
  House house;

  Lost() {
    (void)with_app(house);
    assert_ok(house.administration->reset_factor(kName, house.admin));
    (void)house.sent();
    house.invite(kAhv, kBorn, kNewCode);
  }

  [[nodiscard]] LoginConversation web_login(bool with_letter) const {
    LoginConversation made = conversation(house);
    made.service = "web:flex";
    made.portal = PortalId("flex");
    made.joins = with_letter;
    return made;
  }

  AccountId owner() { return house.administration->show(kName, "masked", house.admin)->account.id; }

  auto set_up(const Secret& token) {
    return house.registration->set_up_factor(token, owner(), house.source);
  }

  /// At the choice of the factor, the password shown.
  Secret at_the_choice() {
    Secret token = identified(house, kAhv, kNewCode);
    assert_true(step_of(set_up(token)) == RegistrationStep::factor_choice);
    return token;
  }

  /// The app's key is on the screen; the code that it shows.
  Secret shown_for(const Secret& token) {
    assert_true(step_of(house.registration->choose_factor(token, FactorKind::totp, house.source)) ==
                RegistrationStep::app_code);
    return code_now(house, (*house.registration->find(token))->seed);
  }

  bool has_factor() {
    return house.administration->show(kName, "masked", house.admin)->factor.has_value();
  }
};

void the_right_password_tells_what_helps(void**) {
  // A2, L5
  Lost lost;
  LoginConversation without = lost.web_login(false);
  assert_true(refusal_of(lost.house.login->answer(without, Secret(kPassword))) ==
              RefusalReason::factor_missing);
  LoginConversation wrong = lost.web_login(true);
  assert_true(refusal_of(lost.house.login->answer(wrong, Secret("Another1!word"))) ==
              RefusalReason::wrong_credentials);
  LoginConversation with = lost.web_login(true);
  const LoginStep step = lost.house.login->answer(with, Secret(kPassword));
  assert_true(std::get<Prompt>(step).kind == Prompt::Kind::factor_choice);
  assert_text(with.account.text(), lost.owner().text());
}

void a_new_letter_gives_a_factor_back_once(void**) {
  // A2, R4, R12, T8, J1
  Lost lost;
  const Secret token = lost.at_the_choice();
  const Secret shown = lost.shown_for(token);
  const Secret seed = (*lost.house.registration->find(token))->seed.clone();
  assert_false(lost.has_factor());
  assert_true(step_of(lost.house.registration->confirm_app(token, shown, lost.house.source)) ==
              RegistrationStep::done);
  assert_true(lost.has_factor());
  assert_int_equal(lost.house.event_count("factor.set_up"), 1);
  const auto told = lost.house.sent();
  assert_int_equal(told.size(), 1);
  assert_text(told[0].text, "mail.factor_set_up");
  lost.house.clock.advance(30s);
  LoginConversation login = at_the_code(lost.house);
  assert_true(is_granted(lost.house.login->answer(login, code_now(lost.house, seed))));
  // The letter is used up, and no account was made or lost.
  assert_true(reason_of(lost.house.identify(kAhv, kBorn, kNewCode)) == RefusalReason::wrong_data);
  assert_int_equal(lost.house.administration->list(AccountId(), 9, lost.house.admin)->size(), 1);
  assert_int_equal(lost.house.directory.entries().size(), 1);
}

void a_phone_is_proven_before_it_counts(void**) {
  // A2, R11, T8
  Lost lost;
  const Secret token = lost.at_the_choice();
  RegistrationService& registration = *lost.house.registration;
  const Source& source = lost.house.source;
  assert_true(step_of(registration.choose_factor(token, FactorKind::sms, source)) ==
              RegistrationStep::phone_number);
  assert_true(step_of(registration.give_phone(token, *PhoneNumber::parse("079 123 45 67", "CH"),
                                              source)) == RegistrationStep::sms_code);
  const Secret right = lost.house.code_sent();
  const Secret wrong(right.reveal() == "000000" ? "000001" : "000000");
  assert_true(reason_of(registration.confirm_sms(token, wrong, source)) ==
              RefusalReason::wrong_code);
  assert_false(lost.has_factor());
  assert_true(step_of(registration.confirm_sms(token, right, source)) == RegistrationStep::done);
  assert_true(lost.has_factor());
}

void a_letter_without_its_owners_password_sets_nothing_up(void**) {
  // A2: never the letter alone, never with somebody else's password
  Lost lost;
  const Secret token = identified(lost.house, kAhv, kNewCode);
  RegistrationService& registration = *lost.house.registration;
  assert_true(step_of(registration.choose_factor(token, FactorKind::totp, lost.house.source)) ==
              RegistrationStep::log_in);
  assert_true(
      reason_of(registration.set_up_factor(token, AccountId::random(), lost.house.source)) ==
      RefusalReason::wrong_credentials);
  assert_true((*registration.view(token))->step == RegistrationStep::log_in);
}

void whoever_has_a_factor_goes_on_by_logging_in_with_it(void**) {
  // A2, A3
  House house;
  (void)with_app(house);
  house.invite(kAhv, kBorn, "SECO-ND22-LETT", "1e");
  const Secret token = identified(house, kAhv, "SECO-ND22-LETT", "1e");
  const AccountId owner = house.administration->show(kName, "masked", house.admin)->account.id;
  assert_true(step_of(house.registration->set_up_factor(token, owner, house.source)) ==
              RegistrationStep::log_in);
}

/// What happens between the password and the new factor's code must keep the factor away.
template <class Happening>
void nothing_is_set_up_after(Happening&& happening) {
  Lost lost;
  const Secret token = lost.at_the_choice();
  (void)lost.shown_for(token);
  happening(lost);
  const Secret shown = code_now(lost.house, (*lost.house.registration->find(token))->seed);
  assert_true(reason_of(lost.house.registration->confirm_app(token, shown, lost.house.source)) ==
              RefusalReason::start_again);
  assert_false(lost.has_factor());
}

void a_proof_of_the_password_ends_with_the_accounts_sessions(void**) {
  // A2, W4, M4
  nothing_is_set_up_after([](Lost& lost) { lost.house.clock.advance(31min); });
  nothing_is_set_up_after(
      [](Lost& lost) { assert_ok(lost.house.administration->lock(kName, lost.house.admin)); });
  nothing_is_set_up_after([](Lost& lost) {
    assert_ok(lost.house.administration->reset_factor(kName, lost.house.admin));
  });
  nothing_is_set_up_after([](Lost& lost) {
    // The terminal was faster.
    assert_ok(lost.house.administration->allow_enrolment(kName, lost.house.admin));
    LoginConversation login = conversation(lost.house);
    (void)lost.house.login->answer(login, Secret(kPassword));
    (void)lost.house.login->answer(login, Secret("2"));
    assert_true(
        is_granted(lost.house.login->answer(login, code_now(lost.house, login.enrolment->seed))));
    assert_ok(lost.house.administration->reset_factor(kName, lost.house.admin));
  });
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(the_right_password_tells_what_helps),
      cmocka_unit_test(a_new_letter_gives_a_factor_back_once),
      cmocka_unit_test(a_phone_is_proven_before_it_counts),
      cmocka_unit_test(a_letter_without_its_owners_password_sets_nothing_up),
      cmocka_unit_test(whoever_has_a_factor_goes_on_by_logging_in_with_it),
      cmocka_unit_test(a_proof_of_the_password_ends_with_the_accounts_sessions),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
