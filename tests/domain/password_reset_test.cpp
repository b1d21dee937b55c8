// A forgotten password from its begin to its end, and how it is misused.

#include "domain/password_reset.hpp"

#include <atomic>
#include <thread>

#include "domain/ports/intents.hpp"
#include "reset_house.hpp"

using namespace portal;
using namespace portal::test;

namespace {

void both_proofs_set_a_new_password_and_log_nobody_in(void**) {
  // P4, R12, W4, J1
  House house;
  const Secret seed = with_app(house);
  assert_true(logs_in(house, kPassword, seed));
  const Granted granted{annas(house), FactorKind::totp, DecisionId::random()};
  assert_ok(house.sessions->open_web(granted, PortalId("flex"), house.source));
  assert_ok(house.sessions->open_pam(kName, "pts/1", 4711, {"192.0.2.7", "sshd"}));
  assert_int_equal(open_sessions(house, annas(house)), 2);
  house.clock.advance(30s);

  const Secret token = at_the_password(house, seed);
  assert_true(logs_in(house, kPassword, seed));
  assert_int_equal(open_sessions(house, annas(house)), 2);
  assert_true(reached(change_to(house, token)) == ResetStep::done);
  assert_int_equal(open_sessions(house, annas(house)), 0);
  assert_int_equal(open_intents(house), 0);
  const auto mails = house.sent();
  assert_int_equal(mails.size(), 1);
  assert_text(mails[0].text, "mail.password_changed");
  for (const char* what : {"password_reset.begin", "password_reset.mail_code",
                           "password_reset.factor", "password_reset.intent", "password_reset.done"})
    assert_int_equal(house.event_count(what), 1);
  assert_false(logs_in(house, kPassword, seed));
  assert_true(logs_in(house, kNext, seed));
}

void a_mails_code_alone_resets_nothing(void**) {
  // P4, A2
  House house;
  const Secret seed = with_app(house);
  const Secret token = at_the_factor(house);
  assert_true(reached(change_to(house, token)) == ResetStep::factor);
  assert_true(reason_of(house.password_reset->confirm_factor(
                  token, wrong_for(house, seed), house.source)) == RefusalReason::wrong_code);
  assert_true(reached(change_to(house, token)) == ResetStep::factor);
  assert_true(logs_in(house, kPassword, seed));
}

void steps_are_taken_in_order(void**) {
  // R8
  House house;
  const Secret seed = with_app(house);
  PasswordResetService& reset = *house.password_reset;
  (void)house.sent();
  const Secret token = token_of(begin_reset(house));
  assert_true(reached(reset.confirm_factor(token, code_now(house, seed), house.source)) ==
              ResetStep::mail_code);
  assert_true(reached(reset.call_factor(token, house.source)) == ResetStep::mail_code);
  assert_true(reached(change_to(house, token)) == ResetStep::mail_code);
  const Secret code = house.code_sent();
  assert_true(reached(reset.confirm_mail(token, code, house.source)) == ResetStep::factor);
  // Once more, from a second tab.
  assert_true(reached(reset.confirm_mail(token, code, house.source)) == ResetStep::factor);
  assert_true(reached(reset.resend_mail(token, house.source)) == ResetStep::factor);
  assert_true(reason_of(reset.confirm_mail(Secret("no-token"), code, house.source)) ==
              RefusalReason::start_again);
}

void five_wrong_mail_codes_end_it(void**) {
  // P4, R10
  House house;
  (void)with_app(house);
  (void)house.sent();
  const Secret token = token_of(begin_reset(house));
  const Secret code = house.code_sent();
  const Secret wrong(code.reveal() == "00000000" ? "00000001" : "00000000");
  for (int i = 0; i < 4; ++i)
    assert_true(reason_of(house.password_reset->confirm_mail(token, wrong, house.source)) ==
                RefusalReason::wrong_code);
  assert_true(reason_of(house.password_reset->confirm_mail(token, wrong, house.source)) ==
              RefusalReason::start_again);
  assert_true(reached(house.password_reset->confirm_mail(token, code, house.source)) ==
              ResetStep::abandoned);
}

void a_code_of_another_account_or_reset_is_wrong(void**) {
  // S1, R10
  House house;
  (void)with_app(house);
  house.invite("756.1234.5678.97", kBorn, "M4RT-7YHN-3KWX-B");
  (void)registered_by_app(house, "beat@example.ch", "756.1234.5678.97", "M4RT-7YHN-3KWX-B");
  (void)house.sent();
  const Secret beats = token_of(begin_reset(house, "beat@example.ch"));
  const Secret beats_code = house.code_sent();
  const Secret first = token_of(begin_reset(house));
  const Secret first_code = house.code_sent();
  const Secret second = token_of(begin_reset(house));
  for (const Secret* code : {&beats_code, &first_code})
    assert_true(reason_of(house.password_reset->confirm_mail(second, *code, house.source)) ==
                RefusalReason::wrong_code);
  // Nobody else ends a reset by beginning another.
  assert_true(reached(house.password_reset->confirm_mail(first, first_code, house.source)) ==
              ResetStep::factor);
}

void a_mails_code_is_good_for_half_an_hour_and_the_last_one_alone(void**) {
  // R10
  House house;
  (void)with_app(house);
  (void)house.sent();
  PasswordResetService& reset = *house.password_reset;
  const Secret token = token_of(begin_reset(house));
  const Secret old = house.code_sent();
  assert_true(reason_of(reset.resend_mail(token, house.source)) == RefusalReason::must_wait);
  house.clock.advance(30s);
  assert_true(reached(reset.resend_mail(token, house.source)) == ResetStep::mail_code);
  house.clock.advance(30s);
  assert_true(reason_of(reset.resend_mail(token, house.source)) == RefusalReason::must_wait);
  const Secret fresh = house.code_sent();
  assert_true(reason_of(reset.confirm_mail(token, old, house.source)) == RefusalReason::wrong_code);
  house.clock.advance(30min);
  assert_true(reason_of(reset.confirm_mail(token, fresh, house.source)) ==
              RefusalReason::expired_code);
}

void whoever_takes_too_long_begins_again(void**) {
  // P4
  House house;
  const Secret seed = with_app(house);
  const Secret token = at_the_password(house, seed);
  house.clock.advance(59min);
  assert_true(step_at(house, token) == ResetStep::new_password);
  house.clock.advance(1min);
  assert_true(step_at(house, token) == ResetStep::abandoned);
  assert_true(reached(change_to(house, token)) == ResetStep::abandoned);
  assert_true(reason_of(house.password_reset->confirm_factor(
                  token, code_now(house, seed), house.source)) == RefusalReason::start_again);
  assert_true(logs_in(house, kPassword, seed));
}

void a_finished_reset_is_finished(void**) {
  // P4
  House house;
  const Secret seed = with_app(house);
  const Secret other = at_the_factor(house);
  const Secret token = at_the_password(house, seed);
  assert_true(reached(change_to(house, token)) == ResetStep::done);
  assert_true(reached(change_to(house, token, "Drittes!Wort4hier")) == ResetStep::done);
  house.clock.advance(30s);
  assert_true(reached(house.password_reset->confirm_factor(token, code_now(house, seed),
                                                           house.source)) == ResetStep::done);
  // What was begun beside it is over as well.
  assert_true(reached(house.password_reset->confirm_factor(other, code_now(house, seed),
                                                           house.source)) == ResetStep::abandoned);
  assert_true(logs_in(house, kNext, seed));
}

void of_two_tabs_one_sets_the_password(void**) {
  // R8, P4
  House house;
  const Secret seed = with_app(house);
  const Secret token = at_the_password(house, seed);
  std::atomic<int> set{0};
  std::atomic<int> failed{0};
  house.directory.meanwhile = [&](std::string_view call) { set += call == "set_password"; };
  std::vector<std::thread> tabs;
  for (int i = 0; i < 8; ++i) {
    tabs.emplace_back([&, i] {
      if (!change_to(house, token, std::string(kNext) + std::to_string(i))) ++failed;
    });
  }
  for (std::thread& tab : tabs) tab.join();
  assert_int_equal(failed.load(), 0);
  assert_int_equal(set.load(), 1);
  assert_int_equal(house.event_count("password_reset.done"), 1);
  assert_true(step_at(house, token) == ResetStep::done);
}

void wrong_codes_of_the_factor_count_like_those_of_logins(void**) {
  // T5, T6
  House house;
  const Secret seed = with_app(house);
  const Secret token = at_the_factor(house);
  PasswordResetService& reset = *house.password_reset;
  for (int i = 0; i < 5; ++i)
    assert_true(reason_of(reset.confirm_factor(token, wrong_for(house, seed), house.source)) ==
                RefusalReason::wrong_code);
  assert_true(reason_of(reset.confirm_factor(token, code_now(house, seed), house.source)) ==
              RefusalReason::too_many_tries);
  LoginConversation login = conversation(house);
  assert_true(refusal_of(house.login->answer(login, Secret(kPassword))) ==
              RefusalReason::too_many_tries);
  // Whoever has not shown the mail's code cannot add to them.
  house.clock.advance(30s);
  const Secret stranger = token_of(begin_reset(house));
  assert_true(reached(reset.confirm_factor(stranger, wrong_for(house, seed), house.source)) ==
              ResetStep::mail_code);
  assert_true(reached(reset.confirm_factor(token, code_now(house, seed), house.source)) ==
              ResetStep::new_password);
}

void a_hundred_wrong_codes_lock_and_no_reset_unlocks(void**) {
  // T5
  House house({}, {.code_tries = 1000, .code_tries_in_all = 3});
  const Secret seed = with_app(house);
  const Secret ready = at_the_password(house, seed);
  const Secret token = at_the_factor(house);
  for (int i = 0; i < 3; ++i)
    (void)house.password_reset->confirm_factor(token, wrong_for(house, seed), house.source);
  house.clock.advance(30s);
  assert_true(reason_of(house.password_reset->confirm_factor(
                  token, code_now(house, seed), house.source)) == RefusalReason::account_unusable);
  assert_true(reason_of(change_to(house, ready)) == RefusalReason::account_unusable);
  assert_true(step_at(house, ready) == ResetStep::abandoned);
}

void a_recovery_code_stands_in_for_a_lost_phone(void**) {
  // A1, A2, P4
  House house;
  const Secret seed = with_app(house);
  std::vector<Secret> codes;
  assert_ok(house.store->write("test.codes", [&](Transaction& transaction) -> Result<void> {
    auto issued = issue_recovery_codes(transaction, annas(house), house.clock.now());
    if (!issued) return fail(issued.error());
    codes = std::move(*issued);
    return {};
  }));
  const Secret token = at_the_factor(house);
  assert_true(reached(house.password_reset->confirm_factor(token, codes[0], house.source)) ==
              ResetStep::new_password);
  assert_text(house.sent().at(0).text, "mail.recovery_code_used");
  assert_true(reached(change_to(house, token)) == ResetStep::done);
  const Secret second = at_the_factor(house);
  assert_true(reason_of(house.password_reset->confirm_factor(second, codes[0], house.source)) ==
              RefusalReason::wrong_code);
}

void an_sms_leaves_when_its_step_is_reached_and_logs_nobody_in(void**) {
  // P4, S1, S2
  House house;
  house.invite(kAhv, kBorn, kCode);
  (void)registered_by_sms(house);
  house.clock.advance(1min);
  (void)house.sent();
  const Secret token = token_of(begin_reset(house));
  const auto mails = house.sent();
  assert_int_equal(mails.size(), 1);
  PasswordResetService& reset = *house.password_reset;
  assert_true(reached(reset.confirm_mail(token, Secret(mails[0].values.at("code")),
                                         house.source)) == ResetStep::factor);
  const auto shown = reset.view(token);
  assert_ok(shown);
  assert_true((*shown)->sms_sent);
  assert_true((*shown)->phone_masked.ends_with("67"));
  const Secret code = house.code_sent();
  // It may still be on its way: no other is sent.
  assert_true(reached(reset.call_factor(token, house.source)) == ResetStep::factor);
  assert_true(house.sent().empty());
  house.clock.advance(1min);
  LoginConversation login = at_the_code(house);
  assert_true(refusal_of(house.login->answer(login, code)) == RefusalReason::wrong_code);
  assert_true(reached(reset.confirm_factor(token, code, house.source)) == ResetStep::new_password);
}

void every_fault_of_the_new_password_is_told(void**) {
  // P1, P2, P3
  House house;
  const Secret seed = with_app(house);
  const Secret token = at_the_password(house, seed);
  const auto refused = [&](std::string_view password) {
    auto outcome = change_to(house, token, password);
    assert_ok(outcome);
    const auto* why = std::get_if<ResetPasswordRefused>(&*outcome);
    if (!why) fail_msg("%s", "taken");
    return *why;
  };
  assert_true(refused("anna").faults.size() >= 4);
  assert_true(refused("\xff\xfe").faults == std::vector{PasswordFault::not_text});
  house.directory.policy = PasswordRefusal::in_history;
  assert_true(refused(kNext).by_directory == PasswordRefusal::in_history);
  house.directory.policy.reset();
  assert_int_equal(open_intents(house), 0);
  assert_int_equal(house.event_count("password_reset.change", "denied"), 3);
  assert_true(step_at(house, token) == ResetStep::new_password);
  // Decomposed, as some keyboards type it.
  assert_true(reached(change_to(house, token,
                                "Schne\xcc\x81"
                                "e!Ball3hinten")) == ResetStep::done);
  assert_true(logs_in(house,
                      "Schn\xc3\xa9"
                      "e!Ball3hinten",
                      seed));
}

void a_lost_answer_is_told_to_the_owner_once(void**) {
  // P4, R12, W4
  House house;
  const Secret seed = with_app(house);
  const Secret token = at_the_password(house, seed);
  house.directory.meanwhile = [&](std::string_view call) {
    if (call == "set_password") house.directory.available = false;
  };
  assert_error(change_to(house, token), Errc::unavailable);
  house.directory.meanwhile = {};
  house.directory.available = true;
  assert_true(step_at(house, token) == ResetStep::new_password);
  assert_int_equal(open_intents(house), 1);
  (void)house.sent();
  assert_ok(house.password_reset->settle());
  assert_int_equal(open_intents(house), 1);
  house.clock.advance(1min);
  assert_ok(house.password_reset->settle());
  assert_ok(house.password_reset->settle());
  assert_int_equal(open_intents(house), 0);
  const auto mails = house.sent();
  assert_int_equal(mails.size(), 1);
  assert_text(mails[0].text, "mail.password_perhaps_changed");
  assert_true(step_at(house, token) == ResetStep::abandoned);
}

void a_try_that_succeeds_settles_those_before(void**) {
  // P4
  House house;
  const Secret seed = with_app(house);
  const Secret token = at_the_password(house, seed);
  house.directory.meanwhile = [&](std::string_view call) {
    if (call == "set_password") house.directory.available = false;
  };
  assert_error(change_to(house, token), Errc::unavailable);
  house.directory.meanwhile = {};
  house.directory.available = true;
  assert_true(reached(change_to(house, token)) == ResetStep::done);
  assert_int_equal(open_intents(house), 0);
}

void whoever_may_not_enter_resets_nothing(void**) {
  // M4, P4
  House house;
  const Secret seed = with_app(house);
  const auto expect_no_code = [&] {
    (void)house.sent();
    const Secret token = token_of(begin_reset(house));
    const auto mails = house.sent();
    assert_int_equal(mails.size(), 1);
    assert_text(mails[0].text, "mail.reset_not_possible");
    assert_int_equal(mails[0].values.count("code"), 0);
    assert_true(step_at(house, token) == ResetStep::mail_code);
  };
  const Secret ready = at_the_password(house, seed);
  assert_ok(house.administration->disable(kName, house.admin));
  expect_no_code();
  assert_true(reason_of(change_to(house, ready)) == RefusalReason::account_unusable);
  assert_ok(house.administration->enable(kName, house.admin));
  assert_ok(house.administration->lock(kName, house.admin));
  expect_no_code();
  assert_ok(house.administration->unlock(kName, house.admin));
  assert_ok(house.administration->reset_factor(kName, house.admin));
  expect_no_code();
}

void a_factor_that_was_taken_away_since_counts_no_more(void**) {
  // A2, P4
  House house;
  const Secret seed = with_app(house);
  const Secret token = at_the_password(house, seed);
  assert_ok(house.administration->reset_factor(kName, house.admin));
  assert_true(reason_of(change_to(house, token)) == RefusalReason::account_unusable);
  assert_int_equal(open_intents(house), 0);
}

void a_lock_of_the_directorys_administrator_is_not_lifted(void**) {
  // M4, P4
  House house;
  const Secret seed = with_app(house);
  house.directory.standings.locked = true;
  const Secret locked_out = at_the_password(house, seed);
  house.directory.standings.locked_by_administrator = true;
  assert_true(reason_of(change_to(house, locked_out)) == RefusalReason::account_unusable);
  house.directory.standings.locked_by_administrator = false;
  // By wrong passwords, that is what one forgets a password for.
  house.clock.advance(30s);
  const Secret token = at_the_password(house, seed);
  assert_true(reached(change_to(house, token)) == ResetStep::done);
}

void wrong_passwords_before_it_are_forgiven(void**) {
  // T6
  House house;
  const Secret seed = with_app(house);
  for (int i = 0; i < 5; ++i) {
    LoginConversation made = conversation(house);
    (void)house.login->answer(made, Secret("Falsch?Wort8und9"));
  }
  LoginConversation blocked = conversation(house);
  assert_true(refusal_of(house.login->answer(blocked, Secret(kPassword))) ==
              RefusalReason::too_many_tries);
  const Secret token = at_the_password(house, seed);
  assert_true(reached(change_to(house, token)) == ResetStep::done);
  assert_true(logs_in(house, kNext, seed));
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(both_proofs_set_a_new_password_and_log_nobody_in),
      cmocka_unit_test(a_mails_code_alone_resets_nothing),
      cmocka_unit_test(steps_are_taken_in_order),
      cmocka_unit_test(five_wrong_mail_codes_end_it),
      cmocka_unit_test(a_code_of_another_account_or_reset_is_wrong),
      cmocka_unit_test(a_mails_code_is_good_for_half_an_hour_and_the_last_one_alone),
      cmocka_unit_test(whoever_takes_too_long_begins_again),
      cmocka_unit_test(a_finished_reset_is_finished),
      cmocka_unit_test(of_two_tabs_one_sets_the_password),
      cmocka_unit_test(wrong_codes_of_the_factor_count_like_those_of_logins),
      cmocka_unit_test(a_hundred_wrong_codes_lock_and_no_reset_unlocks),
      cmocka_unit_test(a_recovery_code_stands_in_for_a_lost_phone),
      cmocka_unit_test(an_sms_leaves_when_its_step_is_reached_and_logs_nobody_in),
      cmocka_unit_test(every_fault_of_the_new_password_is_told),
      cmocka_unit_test(a_lost_answer_is_told_to_the_owner_once),
      cmocka_unit_test(a_try_that_succeeds_settles_those_before),
      cmocka_unit_test(whoever_may_not_enter_resets_nothing),
      cmocka_unit_test(a_factor_that_was_taken_away_since_counts_no_more),
      cmocka_unit_test(a_lock_of_the_directorys_administrator_is_not_lifted),
      cmocka_unit_test(wrong_passwords_before_it_are_forgiven),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
