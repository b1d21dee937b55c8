#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "domain/login_house.hpp"

using namespace portal;
using namespace portal::test;
using namespace std::chrono_literals;

namespace {

void password_and_code_log_a_person_in(void**) {
  // T4, J1
  House house;
  const Secret seed = with_app(house);
  LoginConversation made = conversation(house);
  const LoginStep first = house.login->start(made);
  assert_text(std::get<Prompt>(first).text, "en:prompt.password");
  assert_false(std::get<Prompt>(first).echo);
  const LoginStep second = house.login->answer(made, Secret(kPassword));
  // After the password, the person's own language.
  assert_text(std::get<Prompt>(second).text, "fr:prompt.totp");
  const LoginStep last = house.login->answer(made, code_now(house, seed));
  assert_true(std::holds_alternative<Granted>(last));
  assert_false(std::get<Granted>(last).decision.empty());
  assert_int_equal(house.event_count("login.granted"), 1);
}

void a_code_works_once(void**) {
  // T4
  House house;
  const Secret seed = with_app(house);
  const Secret code = code_now(house, seed);
  LoginConversation first = at_the_code(house);
  LoginConversation second = at_the_code(house);
  assert_true(std::holds_alternative<Granted>(house.login->answer(first, code)));
  assert_true(refusal_of(house.login->answer(second, code)) == RefusalReason::wrong_code);
  // Nor after the clock was set back to when it was fresh.
  house.clock.advance(-60s);
  LoginConversation third = at_the_code(house);
  assert_true(refusal_of(house.login->answer(third, code)) == RefusalReason::wrong_code);
}

void the_code_of_the_enrolment_is_used_up(void**) {
  // T4
  House house;
  house.invite(kAhv, kBorn, kCode);
  const RegisteredApp made = registered_by_app(house);
  LoginConversation waiting = at_the_code(house);
  assert_true(refusal_of(house.login->answer(waiting, code_now(house, made.seed))) ==
              RefusalReason::wrong_code);
}

void of_a_hundred_parallel_uses_one_succeeds(void**) {
  // T4
  House house({}, {.code_tries = 1000, .code_tries_in_all = 1000});
  const Secret seed = with_app(house);
  const Secret code = code_now(house, seed);
  std::vector<LoginConversation> waiting;
  for (int i = 0; i < 100; ++i) waiting.push_back(at_the_code(house));
  std::atomic<int> granted{0};
  std::vector<std::thread> threads;
  for (LoginConversation& one : waiting) {
    threads.emplace_back([&house, &one, &code, &granted] {
      if (std::holds_alternative<Granted>(house.login->answer(one, code))) ++granted;
    });
  }
  for (std::thread& thread : threads) thread.join();
  assert_int_equal(granted.load(), 1);
}

void unknown_name_and_wrong_password_are_answered_alike(void**) {
  // L5
  House house({}, {.password_tries = 5});
  (void)with_app(house);
  for (const std::string_view name : {kName, std::string_view("nobody@example.ch")}) {
    for (int i = 0; i < 5; ++i) {
      LoginConversation made = conversation(house, name);
      assert_true(std::holds_alternative<Prompt>(house.login->start(made)));
      assert_true(refusal_of(house.login->answer(made, Secret("Falsch?Wort8"))) ==
                  RefusalReason::wrong_credentials);
    }
    LoginConversation made = conversation(house, name);
    assert_true(refusal_of(house.login->answer(made, Secret("Falsch?Wort8"))) ==
                RefusalReason::too_many_tries);
  }
}

void an_outsider_does_not_lock_the_owner_out(void**) {
  // T6
  House house;
  const Secret seed = with_app(house);
  for (int i = 0; i < 6; ++i) {
    LoginConversation outsider = conversation(house);
    outsider.source.address = "198.51.100.9";
    (void)house.login->answer(outsider, Secret("Falsch?Wort8"));
  }
  LoginConversation owner = at_the_code(house);
  assert_true(std::holds_alternative<Granted>(house.login->answer(owner, code_now(house, seed))));
}

void an_empty_password_never_reaches_the_directory(void**) {
  // L1: the fake directory takes one for a bug
  House house;
  (void)with_app(house);
  const int before = house.directory.binds;
  LoginConversation made = conversation(house);
  assert_true(refusal_of(house.login->answer(made, Secret(""))) ==
              RefusalReason::wrong_credentials);
  assert_int_equal(house.directory.binds, before);
}

void wrong_codes_block_and_an_administrator_unblocks(void**) {
  // T5, T6
  House house;
  const Secret seed = with_app(house);
  for (int i = 0; i < 5; ++i) {
    LoginConversation made = at_the_code(house);
    assert_true(refusal_of(house.login->answer(made, wrong_for(house, seed))) ==
                RefusalReason::wrong_code);
  }
  LoginConversation blocked = conversation(house);
  assert_true(refusal_of(house.login->answer(blocked, Secret(kPassword))) ==
              RefusalReason::too_many_tries);
  assert_ok(house.administration->unlock(kName, house.admin));
  LoginConversation again = at_the_code(house);
  assert_true(std::holds_alternative<Granted>(house.login->answer(again, code_now(house, seed))));
}

void a_hundred_consecutive_wrong_codes_lock_the_account(void**) {
  // T5
  House house({}, {.code_tries = 1000});
  const Secret seed = with_app(house);
  for (int i = 0; i < 100; ++i) {
    LoginConversation made = at_the_code(house);
    (void)house.login->answer(made, wrong_for(house, seed));
  }
  LoginConversation locked = conversation(house);
  assert_true(refusal_of(house.login->answer(locked, Secret(kPassword))) ==
              RefusalReason::account_unusable);
}

void a_password_sent_to_the_code_prompt_is_no_guess_at_the_code(void**) {
  // T5
  House house;
  const Secret seed = with_app(house);
  for (int i = 0; i < 8; ++i) {
    LoginConversation made = at_the_code(house);
    assert_true(refusal_of(house.login->answer(made, Secret(kPassword))) ==
                RefusalReason::wrong_code);
  }
  LoginConversation owner = at_the_code(house);
  assert_true(std::holds_alternative<Granted>(house.login->answer(owner, code_now(house, seed))));
}

void one_wrong_answer_ends_the_conversation(void**) {
  // M2
  House house;
  const Secret seed = with_app(house);
  LoginConversation made = at_the_code(house);
  (void)house.login->answer(made, wrong_for(house, seed));
  assert_true(refusal_of(house.login->answer(made, code_now(house, seed))) ==
              RefusalReason::start_again);
}

void an_sms_code_is_bound_to_its_service_and_works_once(void**) {
  // S1
  House house;
  house.invite(kAhv, kBorn, kCode);
  (void)registered_by_sms(house);
  (void)house.sent();
  house.clock.advance(1min);
  LoginConversation made = at_the_code(house);
  const Secret code = house.code_sent();
  LoginConversation elsewhere = made;
  elsewhere.service = "sudo";
  assert_true(refusal_of(house.login->answer(elsewhere, code)) == RefusalReason::wrong_code);
  LoginConversation twice = made;
  assert_true(std::holds_alternative<Granted>(house.login->answer(made, code)));
  assert_true(refusal_of(house.login->answer(twice, code)) == RefusalReason::wrong_code);
}

void an_sms_code_lives_ten_minutes(void**) {
  // S1
  House house;
  house.invite(kAhv, kBorn, kCode);
  (void)registered_by_sms(house);
  (void)house.sent();
  house.clock.advance(1min);
  LoginConversation made = at_the_code(house);
  const Secret code = house.code_sent();
  house.clock.advance(10min);
  assert_true(refusal_of(house.login->answer(made, code)) == RefusalReason::expired_code);
}

void a_login_seconds_after_another_asks_for_the_code_on_its_way(void**) {
  // S2
  House house;
  house.invite(kAhv, kBorn, kCode);
  (void)registered_by_sms(house);
  (void)house.sent();
  house.clock.advance(1min);
  (void)at_the_code(house);
  LoginConversation second = at_the_code(house);
  const auto messages = house.sent();
  assert_int_equal(messages.size(), 1);
  assert_true(std::holds_alternative<Granted>(
      house.login->answer(second, Secret(messages[0].values.at("code")))));
}

void an_entry_that_was_moved_is_found_again(void**) {
  // L4
  House house;
  const Secret seed = with_app(house);
  house.directory.move(house.directory.entries().begin()->first, "uid=anna,ou=elsewhere");
  LoginConversation made = at_the_code(house);
  assert_true(std::holds_alternative<Granted>(house.login->answer(made, code_now(house, seed))));
}

void a_locked_account_is_told_so_only_after_the_right_password(void**) {
  // M4, L5
  House house;
  (void)with_app(house);
  assert_ok(house.administration->lock(kName, house.admin));
  LoginConversation wrong = conversation(house);
  assert_true(refusal_of(house.login->answer(wrong, Secret("Falsch?Wort8"))) ==
              RefusalReason::wrong_credentials);
  LoginConversation right = conversation(house);
  assert_true(refusal_of(house.login->answer(right, Secret(kPassword))) ==
              RefusalReason::account_unusable);
  assert_true(house.login->standing_of(kName) == LoginService::Standing::unusable);
  assert_true(house.login->standing_of("nobody@example.ch") == LoginService::Standing::unknown);
}

void whoever_left_the_directory_is_out_of_the_account_phase(void**) {
  // M4
  House house;
  (void)with_app(house);
  assert_true(house.login->standing_of(kName) == LoginService::Standing::usable);
  house.directory.available = false;
  assert_true(house.login->standing_of(kName) == LoginService::Standing::unavailable);
  house.directory.available = true;
  house.directory.remove(house.directory.entries().begin()->first);
  assert_true(house.login->standing_of(kName) == LoginService::Standing::unusable);
}

void a_directory_that_is_down_tells_nobody_who_exists(void**) {
  // L5
  House house;
  (void)with_app(house);
  house.directory.available = false;
  for (const std::string_view name : {kName, std::string_view("nobody@example.ch")}) {
    LoginConversation made = conversation(house, name);
    assert_true(refusal_of(house.login->answer(made, Secret(kPassword))) ==
                RefusalReason::unavailable);
  }
}

void a_reset_factor_lets_nobody_in_by_password_alone(void**) {
  // A2, M4
  House house;
  (void)with_app(house);
  assert_ok(house.administration->reset_factor(kName, house.admin));
  LoginConversation made = conversation(house);
  assert_true(refusal_of(house.login->answer(made, Secret(kPassword))) ==
              RefusalReason::account_unusable);
}

void a_portal_lets_in_its_members_alone(void**) {
  // M4
  House house;
  (void)with_app(house);
  LoginConversation made = conversation(house);
  made.portal = PortalId("1e");
  assert_true(refusal_of(house.login->answer(made, Secret(kPassword))) ==
              RefusalReason::account_unusable);
}

void a_directory_that_is_down_refuses_and_counts_nothing(void**) {
  // L4
  House house;
  const Secret seed = with_app(house);
  house.directory.available = false;
  for (int i = 0; i < 10; ++i) {
    LoginConversation made = conversation(house);
    assert_true(refusal_of(house.login->answer(made, Secret(kPassword))) ==
                RefusalReason::unavailable);
  }
  house.directory.available = true;
  LoginConversation made = at_the_code(house);
  assert_true(std::holds_alternative<Granted>(house.login->answer(made, code_now(house, seed))));
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(password_and_code_log_a_person_in),
      cmocka_unit_test(a_code_works_once),
      cmocka_unit_test(the_code_of_the_enrolment_is_used_up),
      cmocka_unit_test(of_a_hundred_parallel_uses_one_succeeds),
      cmocka_unit_test(unknown_name_and_wrong_password_are_answered_alike),
      cmocka_unit_test(an_outsider_does_not_lock_the_owner_out),
      cmocka_unit_test(an_empty_password_never_reaches_the_directory),
      cmocka_unit_test(wrong_codes_block_and_an_administrator_unblocks),
      cmocka_unit_test(a_hundred_consecutive_wrong_codes_lock_the_account),
      cmocka_unit_test(a_password_sent_to_the_code_prompt_is_no_guess_at_the_code),
      cmocka_unit_test(one_wrong_answer_ends_the_conversation),
      cmocka_unit_test(an_sms_code_is_bound_to_its_service_and_works_once),
      cmocka_unit_test(an_sms_code_lives_ten_minutes),
      cmocka_unit_test(a_login_seconds_after_another_asks_for_the_code_on_its_way),
      cmocka_unit_test(an_entry_that_was_moved_is_found_again),
      cmocka_unit_test(a_locked_account_is_told_so_only_after_the_right_password),
      cmocka_unit_test(whoever_left_the_directory_is_out_of_the_account_phase),
      cmocka_unit_test(a_directory_that_is_down_tells_nobody_who_exists),
      cmocka_unit_test(a_reset_factor_lets_nobody_in_by_password_alone),
      cmocka_unit_test(a_portal_lets_in_its_members_alone),
      cmocka_unit_test(a_directory_that_is_down_refuses_and_counts_nothing),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
