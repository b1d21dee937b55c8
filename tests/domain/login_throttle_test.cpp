#include <array>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "domain/login_house.hpp"
#include "domain/throttle.hpp"

using namespace portal;
using namespace portal::test;

namespace {

constexpr std::string_view kWrong = "Falsch?Wort8";

LoginStep try_password(House& house, std::string_view address, std::string_view password,
                       std::string_view name = kName) {
  LoginConversation made = conversation(house, name);
  made.source.address = address;
  return house.login->answer(made, Secret(password));
}

void pauses_grow_from_half_a_minute_to_a_quarter_of_an_hour(void**) {
  // T5
  assert_int_equal(pause_after(4, 5).count(), 0);
  assert_int_equal(pause_after(5, 5).count(), 30);
  assert_int_equal(pause_after(6, 5).count(), 60);
  assert_int_equal(pause_after(7, 5).count(), 300);
  assert_int_equal(pause_after(8, 5).count(), 900);
  assert_int_equal(pause_after(99, 5).count(), 900);
  const UtcTime now = from_millis(1'000'000'000);
  assert_int_equal(tries_left({3, now}, 5, now), 2);
  assert_int_equal(tries_left({5, now}, 5, now + 29s), 0);
  assert_int_equal(tries_left({5, now}, 5, now + 30s), 1);
}

void wrong_codes_pause_the_account_longer_each_time(void**) {
  // T5
  House house;
  const Secret seed = with_app(house);
  for (int i = 0; i < 5; ++i) {
    LoginConversation made = at_the_code(house);
    (void)house.login->answer(made, wrong_for(house, seed));
  }
  for (const auto pause : {30s, 60s, 300s, 900s, 900s}) {
    LoginConversation early = conversation(house);
    assert_true(refusal_of(house.login->answer(early, Secret(kPassword))) ==
                RefusalReason::too_many_tries);
    house.clock.advance(pause);
    LoginConversation made = at_the_code(house);
    assert_true(refusal_of(house.login->answer(made, wrong_for(house, seed))) ==
                RefusalReason::wrong_code);
  }
  // The right code after the pause ends it all.
  house.clock.advance(900s);
  LoginConversation owner = at_the_code(house);
  assert_true(is_granted(house.login->answer(owner, code_now(house, seed))));
  house.clock.advance(60s);
  for (int i = 0; i < 4; ++i) {
    LoginConversation made = at_the_code(house);
    (void)house.login->answer(made, wrong_for(house, seed));
  }
  (void)at_the_code(house);
}

void wrong_passwords_pause_known_and_unknown_names_alike(void**) {
  // T6, L5
  House house;
  (void)with_app(house);
  constexpr std::string_view kAddress = "198.51.100.7";
  for (const std::string_view name : {kName, std::string_view("nobody@example.ch")}) {
    for (int i = 0; i < 5; ++i)
      assert_true(refusal_of(try_password(house, kAddress, kWrong, name)) ==
                  RefusalReason::wrong_credentials);
    for (const auto pause : {30s, 60s, 300s, 900s}) {
      assert_true(refusal_of(try_password(house, kAddress, kWrong, name)) ==
                  RefusalReason::too_many_tries);
      house.clock.advance(pause);
      assert_true(refusal_of(try_password(house, kAddress, kWrong, name)) ==
                  RefusalReason::wrong_credentials);
    }
  }
}

void many_sources_together_never_reach_the_directorys_own_limit(void**) {
  // T6: the directory would lock the owner out at the 20th
  House house;
  const Secret seed = with_app(house);
  LoginConversation before = at_the_code(house);
  assert_true(is_granted(house.login->answer(before, code_now(house, seed))));
  house.clock.advance(30s);
  const int binds = house.directory.binds;
  for (int source = 0; source < 40; ++source)
    (void)try_password(house, "198.51.100." + std::to_string(source), kWrong);
  assert_int_equal(house.directory.binds - binds, 16);
  // A stranger is refused unseen even with the right password; the owner, whose source the account
  // knows, still has tries of their own.
  assert_true(refusal_of(try_password(house, "198.51.100.200", kPassword)) ==
              RefusalReason::too_many_tries);
  for (int i = 0; i < 2; ++i) (void)try_password(house, house.source.address, kWrong);
  LoginConversation owner = at_the_code(house);
  assert_true(is_granted(house.login->answer(owner, code_now(house, seed))));
}

void many_sources_together_do_not_learn_who_has_an_account(void**) {
  // L5, T6
  House house;
  (void)with_app(house);
  std::vector<std::vector<RefusalReason>> answers;
  for (const std::string_view name : {kName, std::string_view("nobody@example.ch")}) {
    std::vector<RefusalReason>& of_name = answers.emplace_back();
    for (int source = 0; source < 24; ++source) {
      const std::string address = "198.51.100." + std::to_string(source);
      of_name.push_back(refusal_of(try_password(house, address, kWrong, name)));
    }
  }
  assert_true(answers[0].back() == RefusalReason::too_many_tries);
  assert_true(answers[0] == answers[1]);
}

void parallel_wrong_passwords_do_not_overshoot(void**) {
  // T6: what is being judged counts
  House house;
  (void)with_app(house);
  const int binds = house.directory.binds;
  std::atomic<int> judged{0};
  std::vector<std::thread> threads;
  threads.reserve(40);
  for (int i = 0; i < 40; ++i) {
    threads.emplace_back([&] {
      if (refusal_of(try_password(house, "198.51.100.7", kWrong)) ==
          RefusalReason::wrong_credentials)
        ++judged;
    });
  }
  for (std::thread& thread : threads) thread.join();
  assert_int_equal(judged.load(), 5);
  assert_int_equal(house.directory.binds - binds, 5);
}

void parallel_right_passwords_are_all_let_on(void**) {
  // T6
  House house;
  (void)with_app(house);
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  threads.reserve(40);
  for (int i = 0; i < 40; ++i) {
    threads.emplace_back([&] {
      LoginConversation made = conversation(house);
      if (std::holds_alternative<Prompt>(house.login->answer(made, Secret(kPassword)))) ++right;
    });
  }
  for (std::thread& thread : threads) thread.join();
  assert_int_equal(right.load(), 40);
}

void a_login_that_went_well_forgets_the_wrong_passwords_of_its_source(void**) {
  // T6
  House house;
  const Secret seed = with_app(house);
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 4; ++i) (void)try_password(house, house.source.address, kWrong);
    LoginConversation owner = at_the_code(house);
    assert_true(is_granted(house.login->answer(owner, code_now(house, seed))));
    house.clock.advance(30s);
  }
}

void without_a_password_wrong_codes_count_by_source(void**) {
  // T5, T6: who has no password can guess anybody's code, and must not lock them out
  House house;
  const Secret seed = with_app(house);
  const auto guess = [&](std::string_view address, const Secret& code) {
    LoginConversation made = conversation(house);
    made.asks = LoginConversation::Asks::factor_alone;
    made.source.address = address;
    const LoginStep first = house.login->start(made);
    if (!std::holds_alternative<Prompt>(first)) return first;
    return house.login->answer(made, code);
  };
  for (int i = 0; i < 5; ++i)
    assert_true(refusal_of(guess("198.51.100.7", wrong_for(house, seed))) ==
                RefusalReason::wrong_code);
  assert_true(refusal_of(guess("198.51.100.7", code_now(house, seed))) ==
              RefusalReason::too_many_tries);
  assert_true(is_granted(guess("192.0.2.7", code_now(house, seed))));
}

void wrong_passwords_after_the_owners_right_one_still_count(void**) {
  // T6: the directory counts anew from the right password on, and not from the code
  House house;
  const Secret seed = with_app(house);
  const auto strangers_try = [&] {
    for (int source = 0; source < 20; ++source)
      (void)try_password(house, "198.51.100." + std::to_string(source), kWrong);
  };
  strangers_try();
  house.clock.advance(16min);
  LoginConversation owner = at_the_code(house);
  const int binds = house.directory.binds;
  strangers_try();
  assert_true(is_granted(house.login->answer(owner, code_now(house, seed))));
  strangers_try();
  assert_true(house.directory.binds - binds < 20);
}

void a_right_password_forgets_what_the_directory_forgets(void**) {
  // T6
  House house;
  (void)with_app(house);
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 4; ++i)
      (void)try_password(house, "198.51.100." + std::to_string(10 * round + i), kWrong);
    house.clock.advance(11s);
    (void)at_the_code(house);  // and no further
  }
  const int binds = house.directory.binds;
  for (int source = 100; source < 140; ++source)
    (void)try_password(house, "198.51.100." + std::to_string(source), kWrong);
  assert_int_equal(house.directory.binds - binds, 16);
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(pauses_grow_from_half_a_minute_to_a_quarter_of_an_hour),
      cmocka_unit_test(wrong_codes_pause_the_account_longer_each_time),
      cmocka_unit_test(wrong_passwords_pause_known_and_unknown_names_alike),
      cmocka_unit_test(many_sources_together_never_reach_the_directorys_own_limit),
      cmocka_unit_test(many_sources_together_do_not_learn_who_has_an_account),
      cmocka_unit_test(parallel_wrong_passwords_do_not_overshoot),
      cmocka_unit_test(parallel_right_passwords_are_all_let_on),
      cmocka_unit_test(a_login_that_went_well_forgets_the_wrong_passwords_of_its_source),
      cmocka_unit_test(without_a_password_wrong_codes_count_by_source),
      cmocka_unit_test(wrong_passwords_after_the_owners_right_one_still_count),
      cmocka_unit_test(a_right_password_forgets_what_the_directory_forgets),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
