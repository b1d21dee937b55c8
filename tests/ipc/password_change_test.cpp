// Changes of password over the socket, with a scripted product behind the server.

#include "ipc_stage.hpp"
#include "support/cmocka.hpp"

using namespace portal;
using namespace portal::test;
using wire::Outcome;

namespace {

wire::Open change_for(std::string_view user) {
  wire::Open open = open_for(user, "passwd");
  open.operation = wire::Operation::change_password;
  return open;
}

void right_answers_change_the_password_and_say_what_they_are_kept_as(void**) {
  // P4
  const IpcStage stage;
  const Seen seen = play(stage.socket(), change_for("anna"), {"right", "new"});
  const std::vector<std::string> prompts = {"Current: ", "New: "};
  const std::vector<wire::Keep> kept = {wire::Keep::old_password, wire::Keep::password};
  assert_true(seen.prompts == prompts);
  assert_true(seen.kept == kept);
  assert_true(seen.outcome == Outcome::success);
  assert_text(seen.decision, "changed1");
}

void a_password_that_another_module_has_asked_for_is_the_present_one(void**) {
  // P4
  const IpcStage stage;
  wire::Open open = change_for("anna");
  open.password.value = "right";
  const Seen seen = play(stage.socket(), open, {"new"});
  assert_int_equal(seen.prompts.size(), 1);
  assert_true(seen.outcome == Outcome::success);
}

void a_refused_password_is_told_with_every_reason_and_a_reference(void**) {
  // P3, J1
  const IpcStage stage;
  const Seen seen = play(stage.socket(), change_for("anna"), {"right", "weak"});
  assert_true(seen.outcome == Outcome::denied);
  assert_text(seen.decision, "refused2");
  assert_text(seen.text, "Too weak. Too short. it:refusal.reference decision=refused2");
}

void a_wrong_present_password_leaves_on_the_schedule(void**) {
  // L5
  const IpcStage stage([](ipc::Settings& settings) { settings.refusal_schedule = 400ms; });
  Seen seen;
  const double refused =
      seconds_of([&] { seen = play(stage.socket(), change_for("anna"), {"wrong"}); });
  assert_true(refused >= 0.4);
  assert_true(seen.outcome == Outcome::denied);
  assert_text(seen.text, "fr:refusal.wrong_credentials fr:refusal.reference decision=refused1");
}

void what_has_not_expired_is_left_without_a_prompt(void**) {
  // P4
  const IpcStage stage;
  wire::Open open = change_for("anna");
  open.only_expired = true;
  const Seen seen = play(stage.socket(), open, {});
  assert_true(seen.prompts.empty());
  assert_true(seen.outcome == Outcome::success);
}

void preparing_asks_nobody_and_tells_nobody_who_exists(void**) {
  // L5, M3
  IpcStage stage;
  for (const char* user : {"anna", "nobody-we-know"}) {
    wire::Open open = change_for(user);
    open.operation = wire::Operation::prepare_password_change;
    const Seen seen = play(stage.socket(), open, {});
    assert_true(seen.prompts.empty());
    assert_true(seen.outcome == Outcome::success);
  }
  stage.face.prepared = false;
  wire::Open open = change_for("anna");
  open.operation = wire::Operation::prepare_password_change;
  assert_true(play(stage.socket(), open, {}).outcome == Outcome::unavailable);
  assert_int_equal(stage.face.started, 0);
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(right_answers_change_the_password_and_say_what_they_are_kept_as),
      cmocka_unit_test(a_password_that_another_module_has_asked_for_is_the_present_one),
      cmocka_unit_test(a_refused_password_is_told_with_every_reason_and_a_reference),
      cmocka_unit_test(a_wrong_present_password_leaves_on_the_schedule),
      cmocka_unit_test(what_has_not_expired_is_left_without_a_prompt),
      cmocka_unit_test(preparing_asks_nobody_and_tells_nobody_who_exists),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
