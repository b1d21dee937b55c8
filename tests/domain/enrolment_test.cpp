#include "domain/factor_enrolment.hpp"

#include <cstring>

#include "login_house.hpp"

using namespace portal;
using namespace portal::test;

namespace {

constexpr std::string_view kPhone = "079 123 45 67";
constexpr std::string_view kNewCode = "NEWC-0DE2-2222-3333";

/// A person whose second factor was taken away.
void without_factor(House& house) {
  (void)with_app(house);
  assert_ok(house.administration->reset_factor(kName, house.admin));
  (void)house.sent();
}

void allow(House& house, std::string_view name = kName) {
  assert_ok(house.administration->allow_enrolment(name, house.admin));
}

Prompt prompt_of(const LoginStep& step) {
  if (const auto* refusal = std::get_if<Refusal>(&step)) {
    fail_msg("refused: %s", std::string(name_of(refusal->reason)).c_str());
  }
  assert_true(std::holds_alternative<Prompt>(step));
  return std::get<Prompt>(step);
}

Prompt type(House& house, LoginConversation& login, std::string_view answer) {
  return prompt_of(house.login->answer(login, Secret(answer)));
}

/// At the choice between SMS and app.
LoginConversation at_the_choice(House& house) {
  LoginConversation login = conversation(house);
  const Prompt choice = type(house, login, kPassword);
  assert_true(choice.kind == Prompt::Kind::factor_choice);
  assert_true(choice.echo);
  return login;
}

void nobody_without_a_factor_gets_in_or_enrols_unasked(void**) {
  // A2, T8
  House house;
  without_factor(house);
  LoginConversation login = conversation(house);
  assert_true(refusal_of(house.login->answer(login, Secret(kPassword))) ==
              RefusalReason::account_unusable);
}

void an_app_is_set_up_where_an_administrator_opened_it(void**) {
  // A2, T3, T4, T8, R12, J1
  House house;
  without_factor(house);
  allow(house);
  LoginConversation login = at_the_choice(house);
  const Prompt prompt = type(house, login, " 2 ");
  assert_true(prompt.kind == Prompt::Kind::totp_code);
  assert_false(prompt.echo);
  assert_null(std::strstr(prompt.text.c_str(), "█"));
  const Secret seed = login.enrolment->seed.clone();
  assert_true(is_granted(house.login->answer(login, code_now(house, seed))));
  assert_int_equal(house.event_count("factor.set_up"), 1);
  const auto told = house.sent();
  assert_int_equal(told.size(), 1);
  assert_text(told[0].text, "mail.factor_set_up");

  // The code that proved the app is used up; the next one logs in.
  LoginConversation again = at_the_code(house);
  assert_true(refusal_of(house.login->answer(again, code_now(house, seed))) ==
              RefusalReason::wrong_code);
  house.clock.advance(30s);
  LoginConversation later = at_the_code(house);
  assert_true(is_granted(house.login->answer(later, code_now(house, seed))));
}

void a_phone_is_set_up_by_the_code_that_was_sent_to_it(void**) {
  // A2, S1, T8
  House house;
  without_factor(house);
  allow(house);
  LoginConversation login = at_the_choice(house);
  const Prompt number = type(house, login, "1");
  assert_true(number.kind == Prompt::Kind::phone_number);
  assert_true(number.echo);
  const Prompt code = type(house, login, kPhone);
  assert_true(code.kind == Prompt::Kind::sms_code);
  assert_true(is_granted(house.login->answer(login, house.code_sent())));
  house.clock.advance(31s);
  LoginConversation later = at_the_code(house);
  assert_true(is_granted(house.login->answer(later, house.code_sent())));
}

void a_new_letter_opens_it_and_is_used_up(void**) {
  // A2, R4, R6
  House house;
  without_factor(house);
  house.invite(kAhv, kBorn, kNewCode);
  LoginConversation wrong = conversation(house);
  assert_true(type(house, wrong, kPassword).kind == Prompt::Kind::activation_code);
  assert_true(refusal_of(house.login->answer(wrong, Secret(kCode))) == RefusalReason::wrong_code);

  LoginConversation login = conversation(house);
  (void)type(house, login, kPassword);
  assert_true(type(house, login, kNewCode).kind == Prompt::Kind::factor_choice);
  (void)type(house, login, "2");
  const Secret seed = login.enrolment->seed.clone();
  assert_true(is_granted(house.login->answer(login, code_now(house, seed))));

  // A factor that is lost again needs another letter.
  assert_ok(house.administration->reset_factor(kName, house.admin));
  LoginConversation over = conversation(house);
  assert_true(refusal_of(house.login->answer(over, Secret(kPassword))) ==
              RefusalReason::account_unusable);
}

void activation_codes_cannot_be_guessed(void**) {
  // R6
  House house;
  without_factor(house);
  house.invite(kAhv, kBorn, kNewCode);
  for (int i = 0; i < 5; ++i) {
    LoginConversation login = conversation(house);
    (void)type(house, login, kPassword);
    assert_true(refusal_of(house.login->answer(login, Secret("WRNG-C0DE-2222-3333"))) ==
                RefusalReason::wrong_code);
  }
  LoginConversation login = conversation(house);
  (void)type(house, login, kPassword);
  assert_true(refusal_of(house.login->answer(login, Secret(kNewCode))) ==
              RefusalReason::too_many_tries);
}

void one_that_is_given_up_traps_nobody(void**) {
  // T8
  House house;
  without_factor(house);
  allow(house);
  {
    LoginConversation given_up = at_the_choice(house);
    (void)type(house, given_up, "2");
  }
  {
    LoginConversation given_up = at_the_choice(house);
    (void)type(house, given_up, "1");
    (void)type(house, given_up, kPhone);
  }
  LoginConversation login = at_the_choice(house);
  (void)type(house, login, "2");
  const Secret seed = login.enrolment->seed.clone();
  assert_true(is_granted(house.login->answer(login, code_now(house, seed))));
}

void a_wrong_answer_ends_it_and_keeps_nothing(void**) {
  // T5, T8
  House house;
  without_factor(house);
  allow(house);
  LoginConversation none = at_the_choice(house);
  assert_true(refusal_of(house.login->answer(none, Secret("3"))) == RefusalReason::not_understood);
  assert_true(refusal_of(house.login->answer(none, Secret("2"))) == RefusalReason::start_again);
  LoginConversation fixed_line = at_the_choice(house);
  (void)type(house, fixed_line, "1");
  assert_true(refusal_of(house.login->answer(fixed_line, Secret("+41 21 312 34 56"))) ==
              RefusalReason::number_not_allowed);
  for (int i = 0; i < 5; ++i) {
    LoginConversation login = at_the_choice(house);
    (void)type(house, login, "2");
    assert_true(refusal_of(house.login->answer(login, wrong_for(house, login.enrolment->seed))) ==
                RefusalReason::wrong_code);
  }
  LoginConversation blocked = at_the_choice(house);
  (void)type(house, blocked, "2");
  const Secret seed = blocked.enrolment->seed.clone();
  assert_true(refusal_of(house.login->answer(blocked, code_now(house, seed))) ==
              RefusalReason::too_many_tries);
}

void of_two_at_once_the_first_to_prove_its_factor_has_it(void**) {
  // T8
  House house;
  without_factor(house);
  allow(house);
  LoginConversation first = at_the_choice(house);
  LoginConversation second = at_the_choice(house);
  (void)type(house, first, "2");
  (void)type(house, second, "2");
  const Secret seed = second.enrolment->seed.clone();
  assert_true(is_granted(house.login->answer(second, code_now(house, seed))));
  assert_true(refusal_of(house.login->answer(first, code_now(house, first.enrolment->seed))) ==
              RefusalReason::account_unusable);
}

void what_was_opened_closes_by_itself_and_with_the_factor(void**) {
  // T8
  House house;
  without_factor(house);
  allow(house);
  house.clock.advance(std::chrono::hours(7 * 24));
  LoginConversation late = conversation(house);
  assert_true(refusal_of(house.login->answer(late, Secret(kPassword))) ==
              RefusalReason::account_unusable);
  allow(house);
  LoginConversation login = at_the_choice(house);
  (void)type(house, login, "2");
  assert_true(is_granted(house.login->answer(login, code_now(house, login.enrolment->seed))));
  assert_error(house.administration->allow_enrolment(kName, house.admin), Errc::conflict);
  assert_ok(house.administration->reset_factor(kName, house.admin));
  LoginConversation again = conversation(house);
  assert_true(refusal_of(house.login->answer(again, Secret(kPassword))) ==
              RefusalReason::account_unusable);
}

void the_picture_is_drawn_where_the_service_allows_it(void**) {
  // T8
  House house;
  without_factor(house);
  allow(house);
  LoginConversation wide = at_the_choice(house);
  wide.profile.qr = true;
  assert_non_null(std::strstr(type(house, wide, "2").text.c_str(), "█"));
  LoginConversation narrow = at_the_choice(house);
  narrow.profile.qr = true;
  narrow.profile.width = 30;
  assert_null(std::strstr(type(house, narrow, "2").text.c_str(), "█"));
}

void clients_that_ask_once_cannot_be_led_through_it(void**) {
  // T8
  House house;
  without_factor(house);
  allow(house);
  LoginConversation once = conversation(house);
  once.profile.conversation = ServiceProfile::Conversation::single;
  assert_true(refusal_of(house.login->answer(once, Secret(kPassword))) ==
              RefusalReason::account_unusable);
}

void somebody_whom_only_the_directory_knows_is_adopted(void**) {
  // A2, J2
  House house;
  (void)house.directory.add_person("bea", *EmailAddress::parse("bea.probe@example.ch"),
                                   std::string(kPassword));
  allow(house, "bea");
  assert_int_equal(house.event_count("account.adopted"), 1);
  LoginConversation login = conversation(house, "bea");
  (void)type(house, login, kPassword);
  (void)type(house, login, "2");
  assert_true(is_granted(house.login->answer(login, code_now(house, login.enrolment->seed))));
  const auto shown = house.administration->show("bea.probe@example.ch", "masked", house.admin);
  assert_ok(shown);
  assert_text(shown->account.login_name, "bea");
  assert_false(shown->person.ahv.has_value());
  assert_error(house.administration->allow_enrolment("nobody", house.admin), Errc::not_found);
}

void a_code_proves_the_number_that_it_was_sent_to_alone(void**) {
  // S1, R11: two conversations at once, one with somebody else's number
  House house;
  without_factor(house);
  allow(house);
  LoginConversation theirs = at_the_choice(house);
  LoginConversation own = at_the_choice(house);
  (void)type(house, theirs, "1");
  (void)type(house, own, "1");
  (void)type(house, theirs, "079 765 43 21");
  house.clock.advance(31s);
  (void)type(house, own, kPhone);
  const Secret code = house.code_sent();
  assert_true(refusal_of(house.login->answer(theirs, code)) == RefusalReason::expired_code);
  assert_true(is_granted(house.login->answer(own, code)));
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(nobody_without_a_factor_gets_in_or_enrols_unasked),
      cmocka_unit_test(an_app_is_set_up_where_an_administrator_opened_it),
      cmocka_unit_test(a_phone_is_set_up_by_the_code_that_was_sent_to_it),
      cmocka_unit_test(a_new_letter_opens_it_and_is_used_up),
      cmocka_unit_test(activation_codes_cannot_be_guessed),
      cmocka_unit_test(one_that_is_given_up_traps_nobody),
      cmocka_unit_test(a_wrong_answer_ends_it_and_keeps_nothing),
      cmocka_unit_test(of_two_at_once_the_first_to_prove_its_factor_has_it),
      cmocka_unit_test(what_was_opened_closes_by_itself_and_with_the_factor),
      cmocka_unit_test(the_picture_is_drawn_where_the_service_allows_it),
      cmocka_unit_test(clients_that_ask_once_cannot_be_led_through_it),
      cmocka_unit_test(somebody_whom_only_the_directory_knows_is_adopted),
      cmocka_unit_test(a_code_proves_the_number_that_it_was_sent_to_alone),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
