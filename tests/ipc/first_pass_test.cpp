// The password that a module before ours has asked for (options use_first_pass, try_first_pass).

#include "ipc_stage.hpp"
#include "support/cmocka.hpp"

using namespace portal;
using namespace portal::test;
using wire::FirstPass;
using wire::Keep;
using wire::Outcome;

namespace {

using Texts = std::vector<std::string>;

wire::Open open_with(FirstPass first_pass, std::string_view password) {
  wire::Open open = open_for("anna");
  open.first_pass = first_pass;
  open.password.value = password;
  return open;
}

void right_first_pass_answers_the_password_prompt(void**) {
  // L5, T6
  for (const FirstPass first_pass : {FirstPass::attempt, FirstPass::insist}) {
    const IpcStage stage;
    const Seen seen = play(stage.socket(), open_with(first_pass, "right"), {"447683"});
    assert_true(seen.prompts == Texts{"Code: "});
    assert_true(seen.outcome == Outcome::success);
  }
}

void first_pass_that_nobody_asked_to_use_is_not_used(void**) {
  // L5
  const IpcStage stage;
  const Seen seen = play(stage.socket(), open_with(FirstPass::ask, "right"), {"wrong"});
  assert_true(seen.prompts == Texts{"Password: "});
  assert_true(seen.outcome == Outcome::denied);
  assert_int_equal(stage.face.answered, 1);
}

void wrong_first_pass_is_the_only_answer_where_it_must_be(void**) {
  // L1, L5
  for (const char* password : {"wrong", ""}) {
    const IpcStage stage;
    const Seen seen = play(stage.socket(), open_with(FirstPass::insist, password), {"right"});
    assert_true(seen.prompts.empty());
    assert_true(seen.outcome == Outcome::denied);
    assert_int_equal(stage.face.answered, 1);
  }
}

void wrong_first_pass_is_asked_for_once(void**) {
  // L5
  const IpcStage stage;
  const Seen right =
      play(stage.socket(), open_with(FirstPass::attempt, "wrong"), {"right", "447683"});
  assert_true((right.prompts == Texts{"Password: ", "Code: "}));
  assert_true(right.outcome == Outcome::success);
  const Seen wrong =
      play(stage.socket(), open_with(FirstPass::attempt, "wrong"), {"wrong too", "right"});
  assert_true(wrong.prompts == Texts{"Password: "});
  assert_true(wrong.outcome == Outcome::denied);
}

void first_pass_that_lacks_its_code_is_asked_for_with_it(void**) {
  // L5: where password and code are one answer
  for (const RefusalReason reason : {RefusalReason::code_missing, RefusalReason::code_sent}) {
    IpcStage stage;
    stage.face.reason = reason;
    const Seen seen =
        play(stage.socket(), open_with(FirstPass::attempt, "password alone"), {"right", "447683"});
    assert_true((seen.prompts == Texts{"Password: ", "Code: "}));
    assert_true(seen.outcome == Outcome::success);
    assert_true(play(stage.socket(), open_with(FirstPass::insist, "password alone"), {}).outcome !=
                Outcome::success);
  }
}

void missing_first_pass_is_asked_for(void**) {
  // L1
  const IpcStage stage;
  const Seen seen = play(stage.socket(), open_with(FirstPass::attempt, ""), {"right", "447683"});
  assert_true((seen.prompts == Texts{"Password: ", "Code: "}));
  assert_true(seen.outcome == Outcome::success);
}

void first_pass_typed_once_more_is_not_judged_again(void**) {
  // T6, L5
  const IpcStage stage;
  const Seen seen = play(stage.socket(), open_with(FirstPass::attempt, "wrong"), {"wrong"});
  assert_int_equal(stage.face.answered, 1);
  assert_true(seen.outcome == Outcome::denied);
  assert_text(seen.decision, "refused1");  // the one that is in the audit log
}

void code_that_equals_the_wrong_first_pass_is_judged(void**) {
  // T6
  const IpcStage stage;
  const Seen seen =
      play(stage.socket(), open_with(FirstPass::attempt, "447683"), {"right", "447683"});
  assert_true(seen.outcome == Outcome::success);
}

void refusal_that_is_not_about_the_password_ends_it(void**) {
  // T5, L5
  for (const RefusalReason reason : {RefusalReason::too_many_tries, RefusalReason::unavailable,
                                     RefusalReason::account_unusable}) {
    IpcStage stage;
    stage.face.reason = reason;
    const Seen seen = play(stage.socket(), open_with(FirstPass::attempt, "wrong"), {"right"});
    assert_true(seen.prompts.empty());
    assert_true(seen.outcome != Outcome::success);
  }
}

void prompt_after_a_wrong_first_pass_leaves_on_the_refusals_schedule(void**) {
  // L5
  const IpcStage stage([](ipc::Settings& settings) { settings.refusal_schedule = 300ms; });
  const double wrong = seconds_of([&] {
    (void)play(stage.socket(), open_with(FirstPass::attempt, "wrong"), {"right", "447683"});
  });
  assert_true(wrong >= 0.3);
  const double right = seconds_of(
      [&] { (void)play(stage.socket(), open_with(FirstPass::attempt, "right"), {"447683"}); });
  assert_true(right < 0.3);
}

void password_is_kept_for_the_modules_after_ours_and_a_code_is_not(void**) {
  // M3
  const IpcStage stage;
  const Seen seen = play(stage.socket(), open_for("anna"), {"right", "447683"});
  assert_true((seen.kept == std::vector{Keep::password, Keep::nothing}));
}

void answer_that_holds_password_and_code_is_not_kept(void**) {
  // M3
  const IpcStage stage([](ipc::Settings& settings) {
    ServiceProfile profile;
    profile.name = "sshd";
    profile.conversation = ServiceProfile::Conversation::single;
    settings.services.push_back(profile);
  });
  const Seen seen = play(stage.socket(), open_for("anna"), {"wrong"});
  assert_true(seen.kept == std::vector{Keep::nothing});
}

void factor_alone_is_passed_on(void**) {
  // T6
  using Asks = LoginConversation::Asks;
  const IpcStage stage;
  wire::Open open = open_for("anna");
  (void)play(stage.socket(), open, {"wrong"});
  assert_true(stage.face.seen().asks == Asks::password_and_factor);
  open.proof = wire::Proof::factor_alone;
  (void)play(stage.socket(), open, {"wrong"});
  assert_true(stage.face.seen().asks == Asks::factor_alone);
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(right_first_pass_answers_the_password_prompt),
      cmocka_unit_test(first_pass_that_nobody_asked_to_use_is_not_used),
      cmocka_unit_test(wrong_first_pass_is_the_only_answer_where_it_must_be),
      cmocka_unit_test(wrong_first_pass_is_asked_for_once),
      cmocka_unit_test(first_pass_that_lacks_its_code_is_asked_for_with_it),
      cmocka_unit_test(missing_first_pass_is_asked_for),
      cmocka_unit_test(first_pass_typed_once_more_is_not_judged_again),
      cmocka_unit_test(code_that_equals_the_wrong_first_pass_is_judged),
      cmocka_unit_test(refusal_that_is_not_about_the_password_ends_it),
      cmocka_unit_test(prompt_after_a_wrong_first_pass_leaves_on_the_refusals_schedule),
      cmocka_unit_test(password_is_kept_for_the_modules_after_ours_and_a_code_is_not),
      cmocka_unit_test(answer_that_holds_password_and_code_is_not_kept),
      cmocka_unit_test(factor_alone_is_passed_on),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
