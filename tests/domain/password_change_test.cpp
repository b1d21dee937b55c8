#include "domain/password_change.hpp"

#include <chrono>
#include <string>

#include "domain/factor_proof.hpp"
#include "domain/ports/intents.hpp"
#include "login_house.hpp"

using namespace portal;
using namespace portal::test;

namespace {

constexpr std::string_view kNext = "Schnee!Ball3hinten";

PasswordConversation change_for(const House& house, std::string_view name = kName) {
  PasswordConversation made;
  made.who = conversation(house, name);
  made.who.service = "passwd";
  made.who.source.service = "passwd";
  return made;
}

template <class Step>
RefusalReason refused(const Step& step) {
  const auto* refusal = std::get_if<Refusal>(&step);
  if (!refusal) fail_msg("%s", "expected a refusal");
  assert_false(refusal->decision.empty());
  return refusal->reason;
}

std::string prompt_of(const PasswordStep& step) {
  const auto* prompt = std::get_if<Prompt>(&step);
  if (!prompt) fail_msg("%s", "expected a prompt");
  assert_false(prompt->echo);
  return prompt->text;
}

std::string reasons_of(const PasswordStep& step) {
  const auto* refusal = std::get_if<NewPasswordRefused>(&step);
  if (!refusal) fail_msg("%s", "expected a refused new password");
  assert_false(refusal->decision.empty());
  return refusal->text;
}

/// Answers one after the other; the last step.
PasswordStep play(House& house, PasswordConversation& made, const std::vector<Secret>& answers) {
  PasswordStep step = house.password_change->start(made, Secret(), false);
  for (const Secret& answer : answers) {
    (void)prompt_of(step);
    step = house.password_change->answer(made, answer);
  }
  return step;
}

std::vector<Secret> answers(std::initializer_list<std::string_view> texts) {
  std::vector<Secret> made;
  for (const std::string_view text : texts) made.emplace_back(text);
  return made;
}

/// Present password and code are right; waits at the new password.
PasswordConversation at_the_new_password(House& house, const Secret& seed) {
  PasswordConversation made = change_for(house);
  (void)prompt_of(play(house, made, answers({kPassword, code_now(house, seed).reveal()})));
  return made;
}

bool may_log_in(House& house, std::string_view password) {
  LoginConversation made = conversation(house);
  return std::holds_alternative<Prompt>(house.login->answer(made, Secret(password)));
}

int open_intents(House& house) {
  const auto open = in_read<std::vector<Intent>>(
      *house.store, [](Transaction& transaction) { return transaction.intents().open(); });
  assert_ok(open);
  return static_cast<int>(open->size());
}

void a_password_is_changed_by_both_factors(void**) {
  // P4, R12, W4, J1
  House house;
  const Secret seed = with_app(house);
  (void)house.sent();
  const auto session = house.sessions->open_web(
      {house.directory.entries().begin()->second.account, FactorKind::totp, {}}, PortalId("flex"),
      house.source);
  assert_ok(session);
  PasswordConversation made = change_for(house);
  PasswordChangeService& service = *house.password_change;
  assert_text(prompt_of(service.start(made, Secret(), false)), "en:prompt.current_password");
  // After the password, the person's own language.
  assert_text(prompt_of(service.answer(made, Secret(kPassword))), "fr:prompt.totp");
  assert_text(prompt_of(service.answer(made, code_now(house, seed))),
              "fr:prompt.new_password rule=fr:password.rule_portal");
  assert_text(prompt_of(service.answer(made, Secret(kNext))), "fr:prompt.new_password_again");
  const PasswordStep last = service.answer(made, Secret(kNext));
  assert_true(std::holds_alternative<PasswordChanged>(last));
  assert_false(std::get<PasswordChanged>(last).decision.empty());

  assert_int_equal(house.directory.changes, 1);
  assert_true(may_log_in(house, kNext));
  assert_false(may_log_in(house, kPassword));
  assert_int_equal(house.event_count("change_password.code"), 1);
  assert_int_equal(house.event_count("change_password.done"), 1);
  assert_int_equal(open_intents(house), 0);
  const auto resumed = house.sessions->resume_web(*session, PortalId("flex"));
  assert_ok(resumed);
  assert_false(resumed->has_value());
  const auto messages = house.sent();
  assert_int_equal(messages.size(), 1);
  assert_text(messages[0].text, "mail.password_changed");
  assert_text(messages[0].recipient, kName);
}

void a_present_password_that_the_application_has_asked_for_is_not_asked_again(void**) {
  // P4
  House house;
  const Secret seed = with_app(house);
  PasswordConversation made = change_for(house);
  assert_text(prompt_of(house.password_change->start(made, Secret(kPassword), false)),
              "fr:prompt.totp");
  PasswordConversation wrong = change_for(house);
  assert_true(refused(house.password_change->start(wrong, Secret("Falsch?Wort8"), false)) ==
              RefusalReason::wrong_credentials);
}

void unknown_name_and_wrong_password_are_answered_alike(void**) {
  // L5, M3
  House house;
  (void)with_app(house);
  assert_ok(house.password_change->prepare());
  for (const std::string_view name : {kName, std::string_view("nobody@example.ch")}) {
    for (int i = 0; i < 5; ++i) {
      PasswordConversation made = change_for(house, name);
      assert_true(refused(play(house, made, answers({"Falsch?Wort8"}))) ==
                  RefusalReason::wrong_credentials);
    }
    PasswordConversation made = change_for(house, name);
    assert_true(refused(play(house, made, answers({"Falsch?Wort8"}))) ==
                RefusalReason::too_many_tries);
  }
}

void wrong_present_passwords_and_logins_count_together(void**) {
  // T6
  House house;
  (void)with_app(house);
  for (int i = 0; i < 5; ++i) {
    PasswordConversation made = change_for(house);
    (void)play(house, made, answers({"Falsch?Wort8"}));
  }
  LoginConversation login = conversation(house);
  assert_true(refusal_of(house.login->answer(login, Secret(kPassword))) ==
              RefusalReason::too_many_tries);
}

void wrong_codes_count_like_those_of_logins(void**) {
  // T5, T4
  House house;
  const Secret seed = with_app(house);
  for (int i = 0; i < 5; ++i) {
    PasswordConversation made = change_for(house);
    const Secret wrong = wrong_for(house, seed);
    assert_true(refused(play(house, made, answers({kPassword, wrong.reveal()}))) ==
                RefusalReason::wrong_code);
  }
  LoginConversation login = conversation(house);
  assert_true(refusal_of(house.login->answer(login, Secret(kPassword))) ==
              RefusalReason::too_many_tries);
}

void a_code_is_good_for_a_login_or_for_a_change(void**) {
  // T4
  House house;
  const Secret seed = with_app(house);
  LoginConversation login = at_the_code(house);
  assert_true(is_granted(house.login->answer(login, code_now(house, seed))));
  PasswordConversation made = change_for(house);
  assert_true(refused(play(house, made, answers({kPassword, code_now(house, seed).reveal()}))) ==
              RefusalReason::wrong_code);
}

void one_wrong_answer_ends_the_conversation(void**) {
  // M2
  House house;
  const Secret seed = with_app(house);
  PasswordConversation made = change_for(house);
  (void)play(house, made, answers({kPassword, wrong_for(house, seed).reveal()}));
  assert_true(refused(house.password_change->answer(made, code_now(house, seed))) ==
              RefusalReason::start_again);
}

void every_fault_of_a_new_password_is_told_at_once(void**) {
  // P1, P3
  House house;
  const Secret seed = with_app(house);
  PasswordConversation made = at_the_new_password(house, seed);
  const std::string reasons = reasons_of(house.password_change->answer(made, Secret("muster")));
  for (const char* reason :
       {"fr:password.too_short", "fr:password.no_digit", "fr:password.no_upper_case",
        "fr:password.no_special", "fr:password.contains_name"}) {
    if (reasons.find(reason) == std::string::npos) fail_msg("%s: %s", reason, reasons.c_str());
  }
  assert_int_equal(house.directory.changes, 0);
  assert_true(refused(house.password_change->answer(made, Secret(kNext))) ==
              RefusalReason::start_again);
}

void a_new_password_differs_from_the_present_one_and_is_typed_alike_twice(void**) {
  // P3
  House house;
  const Secret seed = with_app(house);
  PasswordConversation same = at_the_new_password(house, seed);
  assert_text(reasons_of(house.password_change->answer(same, Secret(kPassword))),
              "fr:password.unchanged");
  house.clock.advance(30s);
  PasswordConversation slip = at_the_new_password(house, seed);
  (void)prompt_of(house.password_change->answer(slip, Secret(kNext)));
  assert_text(reasons_of(house.password_change->answer(slip, Secret("Schnee!Ball3hinter"))),
              "fr:field.password_again.wrong");
  house.clock.advance(30s);
  PasswordConversation portal = at_the_new_password(house, seed);
  assert_text(reasons_of(house.password_change->answer(portal, Secret("eXemple-flex77"))),
              "fr:password.contains_portal");
  assert_int_equal(house.directory.changes, 0);
  assert_true(may_log_in(house, kPassword));
}

void both_forms_of_one_letter_are_one_password(void**) {
  // P2
  House house;
  const Secret seed = with_app(house);
  PasswordConversation made = at_the_new_password(house, seed);
  (void)prompt_of(house.password_change->answer(made, Secret("Schne\u0301e!Ball3hinten")));
  assert_true(std::holds_alternative<PasswordChanged>(
      house.password_change->answer(made, Secret("Schn\u00e9e!Ball3hinten"))));
  assert_true(may_log_in(house, "Schn\u00e9e!Ball3hinten"));
}

void the_directorys_reason_is_told(void**) {
  // P3, L4
  House house;
  const Secret seed = with_app(house);
  const std::pair<PasswordRefusal, std::string_view> expected[] = {
      {PasswordRefusal::in_history, "fr:password.in_history"},
      {PasswordRefusal::too_young, "fr:password.too_young"},
      {PasswordRefusal::too_weak, "fr:password.by_directory"}};
  for (const auto& [refusal, reason] : expected) {
    house.directory.policy = refusal;
    house.clock.advance(30s);
    PasswordConversation made = at_the_new_password(house, seed);
    (void)prompt_of(house.password_change->answer(made, Secret(kNext)));
    assert_text(reasons_of(house.password_change->answer(made, Secret(kNext))), reason);
    assert_int_equal(open_intents(house), 0);
  }
  assert_int_equal(house.event_count("change_password.end", "denied"), 3);
}

void a_lost_answer_is_told_to_the_owner_once(void**) {
  // R12, R13, W4
  House house;
  const Secret seed = with_app(house);
  PasswordConversation made = at_the_new_password(house, seed);
  (void)prompt_of(house.password_change->answer(made, Secret(kNext)));
  (void)house.sent();
  house.directory.available = false;
  assert_true(refused(house.password_change->answer(made, Secret(kNext))) ==
              RefusalReason::unavailable);
  assert_int_equal(open_intents(house), 1);
  // It may still be under way.
  assert_ok(house.password_change->settle());
  assert_int_equal(open_intents(house), 1);
  house.clock.advance(60s);
  assert_ok(house.password_change->settle());
  assert_ok(house.password_change->settle());
  assert_int_equal(open_intents(house), 0);
  const auto messages = house.sent();
  assert_int_equal(messages.size(), 1);
  assert_text(messages[0].text, "mail.password_perhaps_changed");
}

void nothing_is_done_where_only_expired_passwords_are_changed(void**) {
  // L5
  House house;
  (void)with_app(house);
  for (const std::string_view name : {kName, std::string_view("nobody@example.ch")}) {
    PasswordConversation made = change_for(house, name);
    const PasswordStep step = house.password_change->start(made, Secret(), true);
    assert_true(std::holds_alternative<PasswordChanged>(step));
    assert_true(std::get<PasswordChanged>(step).decision.empty());
  }
  house.directory.standings.must_change = true;
  PasswordConversation made = change_for(house);
  assert_text(prompt_of(house.password_change->start(made, Secret(), true)),
              "en:prompt.current_password");
}

void a_login_that_must_change_the_password_proves_the_factor_once(void**) {
  // P4, T4
  House house;
  const Secret seed = with_app(house);
  house.directory.verdict = BindAnswer::Verdict::must_change;
  LoginConversation login = at_the_code(house);
  assert_true(is_granted(house.login->answer(login, code_now(house, seed))));
  const auto here = [&] {
    PasswordConversation made;
    made.who = conversation(house);
    return made;
  };
  // Elsewhere the proof is worth nothing.
  PasswordConversation elsewhere = change_for(house);
  assert_text(prompt_of(house.password_change->start(elsewhere, Secret(kPassword), false)),
              "fr:prompt.totp");
  PasswordConversation made = here();
  assert_text(prompt_of(house.password_change->start(made, Secret(), true)),
              "en:prompt.current_password");
  assert_text(prompt_of(house.password_change->answer(made, Secret(kPassword))),
              "fr:prompt.new_password rule=fr:password.rule_portal");
  PasswordConversation second = here();
  assert_text(prompt_of(house.password_change->start(second, Secret(kPassword), false)),
              "fr:prompt.totp");
  (void)prompt_of(house.password_change->answer(made, Secret(kNext)));
  assert_true(
      std::holds_alternative<PasswordChanged>(house.password_change->answer(made, Secret(kNext))));
}

void a_proof_of_the_factor_lasts_three_minutes(void**) {
  // P4
  House house;
  const Secret seed = with_app(house);
  house.directory.verdict = BindAnswer::Verdict::must_change;
  LoginConversation login = at_the_code(house);
  assert_true(is_granted(house.login->answer(login, code_now(house, seed))));
  house.clock.advance(kProofLifetime);
  PasswordConversation made;
  made.who = conversation(house);
  assert_text(prompt_of(house.password_change->start(made, Secret(kPassword), false)),
              "fr:prompt.totp");
}

void whoever_may_not_enter_changes_nothing(void**) {
  // M4, P4
  House house;
  const Secret seed = with_app(house);
  PasswordConversation waiting = at_the_new_password(house, seed);
  (void)prompt_of(house.password_change->answer(waiting, Secret(kNext)));
  assert_ok(house.administration->lock(kName, house.admin));
  assert_true(refused(house.password_change->answer(waiting, Secret(kNext))) ==
              RefusalReason::account_unusable);
  PasswordConversation locked = change_for(house);
  assert_true(refused(play(house, locked, answers({kPassword}))) ==
              RefusalReason::account_unusable);
  assert_ok(house.administration->unlock(kName, house.admin));
  assert_ok(house.administration->reset_factor(kName, house.admin));
  PasswordConversation without = change_for(house);
  assert_true(refused(play(house, without, answers({kPassword}))) ==
              RefusalReason::account_unusable);
  assert_int_equal(house.directory.changes, 0);
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_password_is_changed_by_both_factors),
      cmocka_unit_test(a_present_password_that_the_application_has_asked_for_is_not_asked_again),
      cmocka_unit_test(unknown_name_and_wrong_password_are_answered_alike),
      cmocka_unit_test(wrong_present_passwords_and_logins_count_together),
      cmocka_unit_test(wrong_codes_count_like_those_of_logins),
      cmocka_unit_test(a_code_is_good_for_a_login_or_for_a_change),
      cmocka_unit_test(one_wrong_answer_ends_the_conversation),
      cmocka_unit_test(every_fault_of_a_new_password_is_told_at_once),
      cmocka_unit_test(a_new_password_differs_from_the_present_one_and_is_typed_alike_twice),
      cmocka_unit_test(both_forms_of_one_letter_are_one_password),
      cmocka_unit_test(the_directorys_reason_is_told),
      cmocka_unit_test(a_lost_answer_is_told_to_the_owner_once),
      cmocka_unit_test(nothing_is_done_where_only_expired_passwords_are_changed),
      cmocka_unit_test(a_login_that_must_change_the_password_proves_the_factor_once),
      cmocka_unit_test(a_proof_of_the_factor_lasts_three_minutes),
      cmocka_unit_test(whoever_may_not_enter_changes_nothing),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
