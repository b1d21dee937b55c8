#include <chrono>
#include <string>

#include "support/house.hpp"

using namespace portal;
using namespace portal::test;
using namespace std::chrono_literals;

namespace {

const EmailAddress& anna() {
  static const EmailAddress address = *EmailAddress::parse("anna.muster@example.ch");
  return address;
}

auto choose(House& house, const Secret& token, const EmailAddress& email = anna(),
            std::string_view password = kPassword) {
  return house.registration->choose_credentials(token, email, Secret(password), house.source);
}

/// Stands at step 3, the mail not yet read.
Secret waiting_for_mail(House& house) {
  house.invite(kAhv, kBorn, kCode);
  Secret token = identified(house);
  assert_true(step_of(choose(house, token)) == RegistrationStep::mail_code);
  return token;
}

void the_mail_leaves_with_the_step_and_holds_eight_digits(void**) {
  // R10
  House house;
  (void)waiting_for_mail(house);
  const auto messages = house.sent();
  assert_int_equal(messages.size(), 1);
  assert_text(messages[0].text, "mail.confirm_address");
  assert_text(messages[0].recipient, "anna.muster@example.ch");
  assert_int_equal(messages[0].values.at("code").size(), 8);
  assert_true(messages[0].expires <= house.clock.now() + 24h);
}

void the_password_is_staged_in_the_directory_and_nowhere_else(void**) {
  // R5, P2: the directory gets it in normal form C
  House house;
  house.invite(kAhv, kBorn, kCode);
  const Secret token = identified(house);
  const std::string decomposed = "Re\u0301gen?Bogen7unter";
  assert_true(step_of(choose(house, token, anna(), decomposed)) == RegistrationStep::mail_code);
  const auto entries = house.directory.entries();
  assert_int_equal(entries.size(), 1);
  assert_true(entries.begin()->second.staged);
  assert_text(entries.begin()->second.password, "R\u00e9gen?Bogen7unter");
}

void a_weak_password_is_refused_with_every_reason_and_changes_nothing(void**) {
  // P1, P3
  House house;
  house.invite(kAhv, kBorn, kCode);
  const Secret token = identified(house);
  const auto outcome = choose(house, token, anna(), "muster");
  assert_ok(outcome);
  const auto* faults = std::get_if<PasswordFaults>(&*outcome);
  assert_non_null(faults);
  assert_true(faults->faults.size() >= 4);
  assert_true(house.directory.entries().empty());
  assert_true((*house.registration->view(token))->step == RegistrationStep::credentials);
}

void the_directorys_own_policy_has_the_last_word(void**) {
  // P3, R8
  House house;
  house.invite(kAhv, kBorn, kCode);
  const Secret token = identified(house);
  house.directory.policy = PasswordRefusal::in_history;
  const auto outcome = choose(house, token);
  assert_ok(outcome);
  assert_true(std::get<PasswordFaults>(*outcome).by_directory);
  house.directory.policy.reset();
  assert_true(step_of(choose(house, token)) == RegistrationStep::mail_code);
}

void an_address_in_use_looks_like_a_free_one_and_its_owner_is_told(void**) {
  // R14
  House house;
  house.directory.add_stranger(anna());
  const Secret token = waiting_for_mail(house);
  const auto messages = house.sent();
  assert_int_equal(messages.size(), 1);
  assert_text(messages[0].text, "mail.address_in_use");
  assert_true(messages[0].values.find("code") == messages[0].values.end());
  const auto view = house.registration->view(token);
  assert_true((*view)->step == RegistrationStep::mail_code);
  for (const std::string_view guess : {"00000000", "12345678"}) {
    assert_true(reason_of(house.registration->confirm_mail(token, Secret(guess), house.source)) ==
                RefusalReason::wrong_code);
  }
  // The way on: another address.
  assert_true(step_of(house.registration->correct_address(
                  token, *EmailAddress::parse("beat.muster@example.ch"), house.source)) ==
              RegistrationStep::mail_code);
  assert_true(step_of(house.registration->confirm_mail(token, house.code_sent(), house.source)) ==
              RegistrationStep::factor_choice);
}

void addresses_are_not_tried_one_after_the_other(void**) {
  // R10: the first correction is free, the next have a pause
  House house;
  const Secret token = waiting_for_mail(house);
  const auto correct = [&](std::string_view email) {
    return house.registration->correct_address(token, *EmailAddress::parse(email), house.source);
  };
  assert_true(step_of(correct("one@example.ch")) == RegistrationStep::mail_code);
  assert_true(reason_of(correct("two@example.ch")) == RefusalReason::must_wait);
  house.clock.advance(1min);
  assert_true(step_of(correct("two@example.ch")) == RegistrationStep::mail_code);
  assert_text((*house.registration->view(token))->email, "two@example.ch");
}

void five_wrong_mail_codes_end_the_registration_but_not_the_letter(void**) {
  // R10, R13
  House house;
  const Secret token = waiting_for_mail(house);
  const Secret right = house.code_sent();
  const Secret wrong(right.reveal() == "00000000" ? "00000001" : "00000000");
  for (int i = 0; i < 4; ++i) {
    assert_true(reason_of(house.registration->confirm_mail(token, wrong, house.source)) ==
                RefusalReason::wrong_code);
  }
  assert_true(reason_of(house.registration->confirm_mail(token, wrong, house.source)) ==
              RefusalReason::start_again);
  const auto after = house.registration->confirm_mail(token, right, house.source);
  assert_true(step_of(after) == RegistrationStep::abandoned);
  (void)identified(house);
}

void a_resend_kills_the_old_code_and_resets_no_counter(void**) {
  // R10
  House house;
  const Secret token = waiting_for_mail(house);
  const Secret old = house.code_sent();
  const Secret wrong(old.reveal() == "00000000" ? "00000001" : "00000000");
  for (int i = 0; i < 3; ++i) {
    (void)house.registration->confirm_mail(token, wrong, house.source);
  }
  assert_true(reason_of(house.registration->resend_mail(token, house.source)) ==
              RefusalReason::must_wait);
  house.clock.advance(30s);
  assert_true(step_of(house.registration->resend_mail(token, house.source)) ==
              RegistrationStep::mail_code);
  const Secret fresh = house.code_sent();
  if (fresh.reveal() != old.reveal()) {
    assert_true(reason_of(house.registration->confirm_mail(token, old, house.source)) ==
                RefusalReason::wrong_code);
  }
  assert_true(reason_of(house.registration->confirm_mail(token, wrong, house.source)) ==
              RefusalReason::start_again);
}

void resends_have_a_growing_pause_and_an_end(void**) {
  // R10
  House house;
  const Secret token = waiting_for_mail(house);
  std::chrono::seconds pause = 30s;
  for (int i = 0; i < 5; ++i) {
    assert_int_equal((*house.registration->view(token))->resend_in.count(), pause.count());
    assert_int_equal((*house.registration->view(token))->mail_resends_left, 5 - i);
    house.clock.advance(pause - 1s);
    assert_true(reason_of(house.registration->resend_mail(token, house.source)) ==
                RefusalReason::must_wait);
    house.clock.advance(1s);
    assert_true(step_of(house.registration->resend_mail(token, house.source)) ==
                RegistrationStep::mail_code);
    pause *= 2;
  }
  house.clock.advance(10h);
  assert_true(reason_of(house.registration->resend_mail(token, house.source)) ==
              RefusalReason::too_many_tries);
  assert_int_equal(house.sent().size(), 6);
}

void a_mail_code_lives_a_day(void**) {
  // R10
  House house;
  const Secret token = waiting_for_mail(house);
  const Secret code = house.code_sent();
  house.clock.advance(24h);
  assert_true(reason_of(house.registration->confirm_mail(token, code, house.source)) ==
              RefusalReason::expired_code);
}

void a_step_that_is_not_due_changes_nothing_and_says_which_is(void**) {
  // R8
  House house;
  const Secret token = waiting_for_mail(house);
  assert_true(step_of(choose(house, token)) == RegistrationStep::mail_code);
  assert_true(step_of(house.registration->choose_factor(token, FactorKind::sms, house.source)) ==
              RegistrationStep::mail_code);
  assert_true(step_of(house.registration->confirm_app(token, Secret("123456"), house.source)) ==
              RegistrationStep::mail_code);
  assert_int_equal(house.sent().size(), 1);
}

void a_directory_that_is_down_counts_nothing_and_keeps_the_step(void**) {
  // R13
  House house;
  house.invite(kAhv, kBorn, kCode);
  const Secret token = identified(house);
  house.directory.available = false;
  assert_error(choose(house, token), Errc::unavailable);
  house.directory.available = true;
  assert_true((*house.registration->view(token))->step == RegistrationStep::credentials);
  assert_true(house.sent().empty());
  assert_true(step_of(choose(house, token)) == RegistrationStep::mail_code);
}

void one_person_cannot_have_a_flood_of_mails(void**) {
  // R10: over all registrations of a person
  House house({.mails_per_person_and_day = 3});
  house.invite(kAhv, kBorn, kCode);
  for (int i = 0; i < 3; ++i) {
    assert_true(step_of(choose(house, identified(house))) == RegistrationStep::mail_code);
  }
  assert_true(reason_of(choose(house, identified(house))) == RefusalReason::too_many_tries);
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(the_mail_leaves_with_the_step_and_holds_eight_digits),
      cmocka_unit_test(the_password_is_staged_in_the_directory_and_nowhere_else),
      cmocka_unit_test(a_weak_password_is_refused_with_every_reason_and_changes_nothing),
      cmocka_unit_test(the_directorys_own_policy_has_the_last_word),
      cmocka_unit_test(an_address_in_use_looks_like_a_free_one_and_its_owner_is_told),
      cmocka_unit_test(addresses_are_not_tried_one_after_the_other),
      cmocka_unit_test(five_wrong_mail_codes_end_the_registration_but_not_the_letter),
      cmocka_unit_test(a_resend_kills_the_old_code_and_resets_no_counter),
      cmocka_unit_test(resends_have_a_growing_pause_and_an_end),
      cmocka_unit_test(a_mail_code_lives_a_day),
      cmocka_unit_test(a_step_that_is_not_due_changes_nothing_and_says_which_is),
      cmocka_unit_test(a_directory_that_is_down_counts_nothing_and_keeps_the_step),
      cmocka_unit_test(one_person_cannot_have_a_flood_of_mails),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
