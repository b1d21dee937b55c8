#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "domain/ports/accounts.hpp"
#include "support/house.hpp"

using namespace portal;
using namespace portal::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view kSecondAhv = "756.1234.5678.97";

std::vector<Account> accounts_of(House& house) {
  auto accounts = house.administration->list(AccountId(), 100, house.admin);
  assert_ok(accounts);
  return std::move(*accounts);
}

/// Stands at step 5b with the app's key on the screen.
Secret before_the_app_code(House& house, Secret& shown) {
  Secret token = mail_proven(house);
  assert_true(step_of(house.registration->choose_factor(token, FactorKind::totp, house.source)) ==
              RegistrationStep::app_code);
  const auto row = house.registration->find(token);
  shown = *house.totp.code_at((*row)->seed, to_millis(house.clock.now()) / 30'000);
  return token;
}

void registration_by_app_ends_in_an_active_account(void**) {
  // R12, T2, T8
  House house;
  house.invite(kAhv, kBorn, kCode);
  const RegisteredApp made = registered_by_app(house);
  assert_int_equal(made.seed.size(), 20);
  const auto accounts = accounts_of(house);
  assert_int_equal(accounts.size(), 1);
  assert_true(accounts[0].state == AccountState::active);
  const auto entries = house.directory.entries();
  assert_false(entries.begin()->second.staged);
  assert_text(entries.begin()->second.dn, accounts[0].dn);
  const auto messages = house.sent();
  assert_text(messages.back().text, "mail.registered");
  assert_text(messages.back().values.at("factor"), "totp");
  assert_int_equal(house.event_count("registration.activated"), 1);
}

void registration_by_sms_ends_in_an_active_account(void**) {
  // R11, R12
  House house;
  house.invite(kAhv, kBorn, kCode);
  (void)registered_by_sms(house);
  const auto details = house.administration->show("anna.muster@example.ch", "masked", house.admin);
  assert_ok(details);
  assert_true(details->factor == FactorKind::sms);
  assert_true(details->factor_hint.ends_with("67"));
  assert_int_equal(details->memberships.size(), 1);
}

void a_wrong_code_activates_nothing_and_five_end_it(void**) {
  // R11, T8
  House house;
  house.invite(kAhv, kBorn, kCode);
  Secret right;
  const Secret token = before_the_app_code(house, right);
  const Secret wrong(right.reveal() == "000000" ? "000001" : "000000");
  for (int i = 0; i < 4; ++i) {
    assert_true(reason_of(house.registration->confirm_app(token, wrong, house.source)) ==
                RefusalReason::wrong_code);
  }
  assert_true(accounts_of(house).empty());
  assert_true(reason_of(house.registration->confirm_app(token, wrong, house.source)) ==
              RefusalReason::start_again);
  assert_true(step_of(house.registration->confirm_app(token, right, house.source)) ==
              RegistrationStep::abandoned);
  assert_true(accounts_of(house).empty());
}

void sixty_four_redemptions_at_once_make_one_account(void**) {
  // R4
  House house;
  house.invite(kAhv, kBorn, kCode);
  Secret code;
  const Secret token = before_the_app_code(house, code);
  std::atomic<int> done{0};
  std::atomic<int> failed{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 64; ++i) {
    threads.emplace_back([&] {
      const auto outcome = house.registration->confirm_app(token, code, house.source);
      const bool arrived = outcome && std::holds_alternative<RegistrationStep>(*outcome);
      arrived ? ++done : ++failed;
    });
  }
  for (std::thread& thread : threads) thread.join();
  assert_int_equal(failed.load(), 0);
  assert_int_equal(accounts_of(house).size(), 1);
  assert_int_equal(house.event_count("registration.activated"), 1);
  assert_true((*house.registration->view(token))->step == RegistrationStep::done);
}

void an_activation_that_the_directory_interrupts_is_finished_later(void**) {
  // R13
  House house;
  house.invite(kAhv, kBorn, kCode);
  Secret code;
  const Secret token = before_the_app_code(house, code);
  house.directory.admits = false;
  assert_error(house.registration->confirm_app(token, code, house.source), Errc::unavailable);
  assert_true((*house.registration->view(token))->step == RegistrationStep::activating);
  // Not half an account: it cannot log in, and the letter makes no second one.
  assert_true(house.login->standing_of("anna.muster@example.ch") ==
              LoginService::Standing::unusable);
  assert_true(reason_of(house.identify(kAhv, kBorn, kCode)) == RefusalReason::unavailable);
  house.directory.admits = true;
  assert_ok(house.registration->settle_intents());
  assert_true((*house.registration->view(token))->step == RegistrationStep::done);
  assert_true(house.login->standing_of("anna.muster@example.ch") == LoginService::Standing::usable);
  assert_ok(house.registration->settle_intents());
  assert_int_equal(house.event_count("registration.activated"), 1);
}

void an_activation_whose_entry_is_gone_is_undone_and_the_letter_counts(void**) {
  // R13
  House house;
  house.invite(kAhv, kBorn, kCode);
  Secret code;
  const Secret token = before_the_app_code(house, code);
  house.directory.admits = false;
  (void)house.registration->confirm_app(token, code, house.source);
  house.directory.remove(house.directory.entries().begin()->first);
  house.directory.admits = true;
  // Not at once: a server that lags behind does not know a fresh entry either.
  assert_error(house.registration->settle_intents(), Errc::conflict);
  house.clock.advance(6min);
  assert_ok(house.registration->settle_intents());
  assert_true(accounts_of(house).empty());
  assert_true((*house.registration->view(token))->step == RegistrationStep::abandoned);
  house.clock.advance(30s);
  (void)registered_by_app(house);
  assert_int_equal(accounts_of(house).size(), 1);
}

void an_activation_settled_by_many_at_once_leaves_one_entry(void**) {
  // R13, R4
  House house;
  house.invite(kAhv, kBorn, kCode);
  Secret code;
  const Secret token = before_the_app_code(house, code);
  house.directory.admits = false;
  (void)house.registration->confirm_app(token, code, house.source);
  house.directory.admits = true;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { (void)house.registration->settle_intents(); });
  }
  for (std::thread& thread : threads) thread.join();
  assert_int_equal(house.directory.entries().size(), 1);
  assert_int_equal(house.event_count("registration.activated"), 1);
  assert_true((*house.registration->view(token))->step == RegistrationStep::done);
}

void an_activation_that_the_directory_refuses_is_undone(void**) {
  // R13: the person starts again with the same letter
  House house;
  house.invite(kAhv, kBorn, kCode);
  Secret code;
  const Secret token = before_the_app_code(house, code);
  house.directory.admit_fails_with = Errc::denied;
  assert_error(house.registration->confirm_app(token, code, house.source), Errc::denied);
  assert_true(accounts_of(house).empty());
  house.directory.admit_fails_with.reset();
  assert_true((*house.registration->view(token))->step == RegistrationStep::abandoned);
  (void)registered_by_app(house);
  assert_int_equal(accounts_of(house).size(), 1);
}

void a_letter_that_its_owner_has_joined_lets_nobody_else_in(void**) {
  // R4, M4: between another person's password and code, the owner of the letter joins
  House house;
  house.invite(kAhv, kBorn, kCode);
  house.invite(kSecondAhv, kBorn, "OTHE-RPER-SON2");
  (void)registered_by_app(house);
  (void)registered_by_app(house, "beat.muster@example.ch", kSecondAhv, "OTHE-RPER-SON2");
  const AccountId owner =
      house.administration->show("anna.muster@example.ch", "masked", house.admin)->account.id;
  const AccountId other =
      house.administration->show("beat.muster@example.ch", "masked", house.admin)->account.id;
  house.invite(kAhv, kBorn, "SECO-ND22-LETT", "1e");
  auto again = house.identify(kAhv, kBorn, "SECO-ND22-LETT", "1e");
  const auto row = house.registration->find(std::get<Identified>(*again).token);
  assert_true(step_of(house.registration->join((*row)->id, owner, house.source)) ==
              RegistrationStep::done);
  assert_true(reason_of(house.registration->join((*row)->id, other, house.source)) ==
              RefusalReason::wrong_credentials);
  const Granted stranger{other, FactorKind::totp, DecisionId::random()};
  assert_error(house.sessions->open_web(stranger, PortalId("1e"), house.source), Errc::denied);
  const Granted member{owner, FactorKind::totp, DecisionId::random()};
  assert_ok(house.sessions->open_web(member, PortalId("1e"), house.source));
}

void a_lock_between_code_and_session_keeps_the_person_outside(void**) {
  // M4, W2
  House house;
  house.invite(kAhv, kBorn, kCode);
  (void)registered_by_app(house);
  const AccountId account = accounts_of(house)[0].id;
  assert_ok(house.administration->lock(account.text(), house.admin));
  const Granted granted{account, FactorKind::totp, DecisionId::random()};
  assert_error(house.sessions->open_web(granted, PortalId("flex"), house.source), Errc::denied);
}

void spouses_with_one_mailbox_are_told_and_choose_another(void**) {
  // R14: both prove the address, the slower one is told
  House house;
  house.invite(kAhv, kBorn, kCode);
  house.invite(kSecondAhv, kBorn, "SPOU-SECO-DE22");
  Secret code;
  const Secret first = before_the_app_code(house, code);
  const Secret second = mail_proven(house, "anna.muster@example.ch", kSecondAhv, "SPOU-SECO-DE22");
  assert_true(step_of(house.registration->confirm_app(first, code, house.source)) ==
              RegistrationStep::done);
  (void)house.registration->choose_factor(second, FactorKind::totp, house.source);
  const auto row = house.registration->find(second);
  const Secret mine = *house.totp.code_at((*row)->seed, to_millis(house.clock.now()) / 30'000);
  assert_true(reason_of(house.registration->confirm_app(second, mine, house.source)) ==
              RefusalReason::address_taken);
  assert_true((*house.registration->view(second))->step == RegistrationStep::credentials);
  assert_int_equal(accounts_of(house).size(), 1);
}

void a_second_letter_goes_on_by_logging_in_and_adds_the_portal(void**) {
  // R4, R9
  House house;
  house.invite(kAhv, kBorn, kCode);
  (void)registered_by_app(house);
  house.invite(kAhv, kBorn, "SECO-ND22-LETT", "1e");
  auto again = house.identify(kAhv, kBorn, "SECO-ND22-LETT", "1e");
  assert_ok(again);
  const auto& known = std::get<Identified>(*again);
  assert_true(known.step == RegistrationStep::log_in);
  const auto row = house.registration->find(known.token);
  const AccountId owner = accounts_of(house)[0].id;
  assert_true(
      reason_of(house.registration->join((*row)->id, AccountId("somebody"), house.source)) ==
      RefusalReason::wrong_credentials);
  assert_true(step_of(house.registration->join((*row)->id, owner, house.source)) ==
              RegistrationStep::done);
  const auto details = house.administration->show(owner.text(), "masked", house.admin);
  assert_int_equal(details->memberships.size(), 2);
  assert_int_equal(accounts_of(house).size(), 1);
  assert_text(house.sent().back().text, "mail.portal_added");
  assert_true(reason_of(house.identify(kAhv, kBorn, "SECO-ND22-LETT", "1e")) ==
              RefusalReason::wrong_data);
}

void a_number_outside_the_allowed_countries_is_refused(void**) {
  // S2
  House house;
  house.invite(kAhv, kBorn, kCode);
  const Secret token = mail_proven(house);
  (void)house.registration->choose_factor(token, FactorKind::sms, house.source);
  assert_true(reason_of(house.registration->give_phone(
                  token, *PhoneNumber::parse("+49 1512 3456789", "CH"), house.source)) ==
              RefusalReason::number_not_allowed);
  assert_true((*house.registration->view(token))->step == RegistrationStep::phone_number);
}

void an_sms_has_a_pause_and_its_code_ten_minutes(void**) {
  // R11, S2
  House house;
  house.invite(kAhv, kBorn, kCode);
  const Secret token = mail_proven(house);
  RegistrationService& registration = *house.registration;
  (void)registration.choose_factor(token, FactorKind::sms, house.source);
  const PhoneNumber phone = *PhoneNumber::parse("079 123 45 67", "CH");
  assert_true(step_of(registration.give_phone(token, phone, house.source)) ==
              RegistrationStep::sms_code);
  const Secret code = house.code_sent();
  assert_int_equal(code.size(), 6);
  assert_true(reason_of(registration.resend_sms(token, house.source)) == RefusalReason::must_wait);
  house.clock.advance(10min);
  assert_true(reason_of(registration.confirm_sms(token, code, house.source)) ==
              RefusalReason::expired_code);
  assert_true(step_of(registration.resend_sms(token, house.source)) == RegistrationStep::sms_code);
  assert_true(step_of(registration.confirm_sms(token, house.code_sent(), house.source)) ==
              RegistrationStep::done);
}

void changing_ones_mind_about_the_factor_keeps_the_key(void**) {
  // R8, T8
  House house;
  house.invite(kAhv, kBorn, kCode);
  const Secret token = mail_proven(house);
  RegistrationService& registration = *house.registration;
  (void)registration.choose_factor(token, FactorKind::totp, house.source);
  const std::string key = (*registration.view(token))->app_key;
  assert_true(step_of(registration.reconsider_factor(token, house.source)) ==
              RegistrationStep::factor_choice);
  (void)registration.choose_factor(token, FactorKind::sms, house.source);
  (void)registration.choose_factor(token, FactorKind::totp, house.source);
  assert_text((*registration.view(token))->app_key, key);
}

void what_nobody_finishes_is_swept_away_with_its_entry(void**) {
  // J5, R13
  House house;
  house.invite(kAhv, kBorn, kCode);
  const Secret token = mail_proven(house);
  assert_int_equal(house.directory.entries().size(), 1);
  house.clock.advance(30 * 24h + 1s);
  assert_ok(house.registration->sweep());
  assert_true(house.directory.entries().empty());
  const auto view = house.registration->view(token);
  assert_true(!*view || (*view)->step == RegistrationStep::abandoned);
  (void)identified(house);
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(registration_by_app_ends_in_an_active_account),
      cmocka_unit_test(registration_by_sms_ends_in_an_active_account),
      cmocka_unit_test(a_wrong_code_activates_nothing_and_five_end_it),
      cmocka_unit_test(sixty_four_redemptions_at_once_make_one_account),
      cmocka_unit_test(an_activation_that_the_directory_interrupts_is_finished_later),
      cmocka_unit_test(an_activation_whose_entry_is_gone_is_undone_and_the_letter_counts),
      cmocka_unit_test(an_activation_settled_by_many_at_once_leaves_one_entry),
      cmocka_unit_test(an_activation_that_the_directory_refuses_is_undone),
      cmocka_unit_test(a_letter_that_its_owner_has_joined_lets_nobody_else_in),
      cmocka_unit_test(a_lock_between_code_and_session_keeps_the_person_outside),
      cmocka_unit_test(spouses_with_one_mailbox_are_told_and_choose_another),
      cmocka_unit_test(a_second_letter_goes_on_by_logging_in_and_adds_the_portal),
      cmocka_unit_test(a_number_outside_the_allowed_countries_is_refused),
      cmocka_unit_test(an_sms_has_a_pause_and_its_code_ten_minutes),
      cmocka_unit_test(changing_ones_mind_about_the_factor_keeps_the_key),
      cmocka_unit_test(what_nobody_finishes_is_swept_away_with_its_entry),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
