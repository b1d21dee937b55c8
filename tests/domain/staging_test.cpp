// Step 2 in several tabs, and what a crash leaves of it in the directory.
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "domain/ports/intents.hpp"
#include "support/house.hpp"

using namespace portal;
using namespace portal::test;
using namespace std::chrono_literals;

namespace {

EmailAddress address(const std::string& local) {
  return *EmailAddress::parse(local + "@example.ch");
}

auto choose(House& house, const Secret& token, const std::string& local,
            std::string_view password) {
  return house.registration->choose_credentials(token, address(local), Secret(password),
                                                house.source);
}

/// From the mail's code to the end.
void finish(House& house, const Secret& token) {
  RegistrationService& registration = *house.registration;
  assert_true(step_of(registration.confirm_mail(token, house.code_sent(), house.source)) ==
              RegistrationStep::factor_choice);
  (void)registration.choose_factor(token, FactorKind::totp, house.source);
  const auto row = registration.find(token);
  assert_ok(row);
  const auto code = house.totp.code_at((*row)->seed, to_millis(house.clock.now()) / 30'000);
  assert_true(step_of(registration.confirm_app(token, *code, house.source)) ==
              RegistrationStep::done);
}

int open_intents(House& house) {
  const auto open = in_read<std::vector<Intent>>(
      *house.store, [](Transaction& transaction) { return transaction.intents().open(); });
  assert_ok(open);
  return static_cast<int>(open->size());
}

/// The one entry there is: its address, and whether this is its password.
void assert_entry(House& house, const std::string& local, std::string_view password) {
  const auto entries = house.directory.entries();
  assert_int_equal(entries.size(), 1);
  assert_text(entries.begin()->second.email_key, local + "@example.ch");
  assert_text(entries.begin()->second.password, password);
}

constexpr std::string_view kFirst = "Regen?Bogen7unter";
constexpr std::string_view kSecond = "Nebel!Meer8darunter";

void of_two_tabs_the_one_that_wins_has_set_the_password(void**) {
  // R8, R13: whatever the directory is doing for the first when the second comes and is faster
  for (const std::string_view call : {"stage", "set_password"}) {
    House house;
    house.invite(kAhv, kBorn, kCode);
    const Secret token = identified(house);
    house.directory.meanwhile = [&](std::string_view now) {
      if (now != call) return;
      house.directory.meanwhile = nullptr;
      assert_true(step_of(choose(house, token, "beat", kSecond)) == RegistrationStep::mail_code);
    };
    // The slower one is led to where the faster one has gone.
    assert_true(step_of(choose(house, token, "anna", kFirst)) == RegistrationStep::mail_code);
    assert_text((*house.registration->view(token))->email, "beat@example.ch");
    assert_entry(house, "beat", kSecond);
    assert_int_equal(open_intents(house), 0);
    finish(house, token);
    assert_entry(house, "beat", kSecond);
  }
}

void of_many_tabs_one_wins_with_address_and_password(void**) {
  // R8, R13
  House house;
  house.invite(kAhv, kBorn, kCode);
  const Secret token = identified(house);
  std::vector<std::thread> tabs;
  for (int i = 0; i < 8; ++i) {
    tabs.emplace_back([&, i] {
      const std::string number = std::to_string(i);
      (void)choose(house, token, "tab" + number, "Regen?Bogen7unter" + number);
    });
  }
  for (std::thread& tab : tabs) tab.join();
  const std::string won = (*house.registration->view(token))->email;
  const std::string number = won.substr(3, 1);
  assert_entry(house, "tab" + number, "Regen?Bogen7unter" + number);
  assert_int_equal(house.sent().size(), 1);
  assert_int_equal(open_intents(house), 0);
}

void a_registration_that_ends_while_it_is_staged_leaves_no_entry(void**) {
  // R8, J5
  House house;
  house.invite(kAhv, kBorn, kCode);
  const Secret token = identified(house);
  house.directory.meanwhile = [&](std::string_view call) {
    if (call != "set_password") return;
    house.directory.meanwhile = nullptr;
    (void)identified(house);
  };
  assert_true(step_of(choose(house, token, "anna", kFirst)) == RegistrationStep::abandoned);
  assert_true(house.directory.entries().empty());
  assert_int_equal(open_intents(house), 0);
}

void what_a_refused_password_has_staged_is_taken_back(void**) {
  // R13
  House house;
  house.invite(kAhv, kBorn, kCode);
  const Secret token = identified(house);
  house.directory.policy = PasswordRefusal::in_history;
  assert_true(std::holds_alternative<PasswordFaults>(*choose(house, token, "anna", kFirst)));
  assert_true(house.directory.entries().empty());
  assert_int_equal(open_intents(house), 0);
}

void what_a_crash_has_left_in_staging_is_removed_later(void**) {
  // R13, J5
  House house;
  house.invite(kAhv, kBorn, kCode);
  const Secret token = identified(house);
  // The directory dies after the entry was made: nobody has noted it.
  house.directory.meanwhile = [&](std::string_view call) {
    if (call == "set_password") house.directory.available = false;
  };
  assert_error(choose(house, token, "anna", kFirst), Errc::unavailable);
  house.directory.meanwhile = nullptr;
  house.directory.available = true;
  assert_int_equal(house.directory.entries().size(), 1);
  // The person goes on at once; the old entry may still be waited for elsewhere.
  assert_true(step_of(choose(house, token, "anna", kSecond)) == RegistrationStep::mail_code);
  assert_ok(house.registration->settle_intents());
  assert_int_equal(house.directory.entries().size(), 2);
  house.clock.advance(6min);
  assert_ok(house.registration->settle_intents());
  assert_entry(house, "anna", kSecond);
  assert_int_equal(open_intents(house), 0);
  finish(house, token);
  assert_entry(house, "anna", kSecond);
}

void another_address_after_a_taken_one_replaces_the_staged_entry(void**) {
  // R14, R13: the person is back at step 2 with an entry that is staged already
  House house;
  house.invite(kAhv, kBorn, kCode);
  house.invite("756.1234.5678.97", kBorn, "SPOU-SECO-DE22");
  const Secret slower = mail_proven(house, "anna@example.ch", "756.1234.5678.97", "SPOU-SECO-DE22");
  (void)registered_by_app(house, "anna@example.ch");
  (void)house.registration->choose_factor(slower, FactorKind::totp, house.source);
  const auto row = house.registration->find(slower);
  const auto code = house.totp.code_at((*row)->seed, to_millis(house.clock.now()) / 30'000);
  assert_true(reason_of(house.registration->confirm_app(slower, *code, house.source)) ==
              RefusalReason::address_taken);
  assert_true(step_of(choose(house, slower, "beat", kSecond)) == RegistrationStep::mail_code);
  int staged = 0;
  for (const auto& [uuid, entry] : house.directory.entries()) {
    if (!entry.staged) continue;
    ++staged;
    assert_text(entry.email_key, "beat@example.ch");
    assert_text(entry.password, kSecond);
  }
  assert_int_equal(staged, 1);
  assert_int_equal(open_intents(house), 0);
}

void a_corrected_address_is_in_the_directory_when_the_person_is(void**) {
  // R10, R13
  House house;
  house.invite(kAhv, kBorn, kCode);
  const Secret token = identified(house);
  assert_true(step_of(choose(house, token, "wrong", kFirst)) == RegistrationStep::mail_code);
  assert_true(step_of(house.registration->correct_address(token, address("anna"), house.source)) ==
              RegistrationStep::mail_code);
  finish(house, token);
  assert_entry(house, "anna", kFirst);
}

void an_address_that_only_the_directory_knows_is_not_moved_among_the_people(void**) {
  // R13: a crash between the directory's write and the store's; nobody has proven this address
  House house;
  house.invite(kAhv, kBorn, kCode);
  const Secret token = identified(house);
  assert_true(step_of(choose(house, token, "anna", kFirst)) == RegistrationStep::mail_code);
  const AccountId account = house.directory.entries().begin()->second.account;
  assert_ok(house.directory.stage({account, "Anna", "Muster", address("victim"), Language::fr}));
  finish(house, token);
  assert_entry(house, "anna", kFirst);
}

void an_activation_that_is_finished_later_sets_the_proven_address(void**) {
  // R13: by the next start, after a crash before or between the directory's two writes
  for (const std::string_view call : {"set_staged_address", "admit"}) {
    House house;
    house.invite(kAhv, kBorn, kCode);
    const Secret token = identified(house);
    assert_true(step_of(choose(house, token, "wrong", kFirst)) == RegistrationStep::mail_code);
    (void)house.registration->correct_address(token, address("anna"), house.source);
    RegistrationService& registration = *house.registration;
    (void)registration.confirm_mail(token, house.code_sent(), house.source);
    (void)registration.choose_factor(token, FactorKind::totp, house.source);
    const auto row = registration.find(token);
    const auto code = house.totp.code_at((*row)->seed, to_millis(house.clock.now()) / 30'000);
    house.directory.meanwhile = [&](std::string_view now) {
      if (now == call) house.directory.available = false;
    };
    assert_error(registration.confirm_app(token, *code, house.source), Errc::unavailable);
    house.directory.meanwhile = nullptr;
    house.directory.available = true;
    assert_ok(registration.settle_intents());
    assert_true((*registration.view(token))->step == RegistrationStep::done);
    assert_entry(house, "anna", kFirst);
  }
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(of_two_tabs_the_one_that_wins_has_set_the_password),
      cmocka_unit_test(of_many_tabs_one_wins_with_address_and_password),
      cmocka_unit_test(a_registration_that_ends_while_it_is_staged_leaves_no_entry),
      cmocka_unit_test(what_a_refused_password_has_staged_is_taken_back),
      cmocka_unit_test(what_a_crash_has_left_in_staging_is_removed_later),
      cmocka_unit_test(another_address_after_a_taken_one_replaces_the_staged_entry),
      cmocka_unit_test(a_corrected_address_is_in_the_directory_when_the_person_is),
      cmocka_unit_test(an_address_that_only_the_directory_knows_is_not_moved_among_the_people),
      cmocka_unit_test(an_activation_that_is_finished_later_sets_the_proven_address),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
