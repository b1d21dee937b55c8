// The server with a scripted product behind it and the module's own client before it.

#include <cstring>

#include "base/log.hpp"
#include "ipc_stage.hpp"
#include "support/cmocka.hpp"

using namespace portal;
using namespace portal::test;
using wire::Outcome;

namespace {

/// Keeps the log in memory.
class LogRecord final : public LogSink {
 public:
  void write(LogLevel, std::string_view message,
             std::span<const LogField> fields) noexcept override {
    const std::lock_guard lock(mutex_);
    text_ += message;
    for (const LogField& field : fields) text_ += " " + std::string(field.name) + "=" + field.value;
    text_ += "\n";
  }
  std::string text() const {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

LogRecord record;

void right_answers_are_granted(void**) {
  // M2, C2
  const IpcStage stage;
  const Seen seen = play(stage.socket(), open_for("anna"), {"right", "447683"});
  const std::vector<std::string> prompts = {"Password: ", "Code: "};
  assert_true(seen.prompts == prompts);
  assert_true(seen.outcome == Outcome::success);
  assert_text(seen.decision, "granted1");
  assert_text(seen.text, "");
}

void wrong_answer_ends_the_conversation_with_the_persons_words(void**) {
  // M2, L5, J1
  const IpcStage stage;
  const Seen first = play(stage.socket(), open_for("anna"), {"wrong", "right"});
  assert_int_equal(first.prompts.size(), 1);
  assert_true(first.outcome == Outcome::denied);
  assert_text(first.decision, "refused1");
  assert_text(first.text, "fr:refusal.wrong_credentials fr:refusal.reference decision=refused1");
  // After the right password in the person's own language, which the product has found out.
  const Seen second = play(stage.socket(), open_for("anna"), {"right", "000000"});
  assert_text(second.text, "it:refusal.wrong_credentials it:refusal.reference decision=refused1");
}

void silent_module_gets_no_words(void**) {
  // M1
  const IpcStage stage;
  wire::Open open = open_for("anna");
  open.silent = true;
  const Seen seen = play(stage.socket(), open, {"wrong"});
  assert_true(seen.outcome == Outcome::denied);
  assert_text(seen.text, "");
}

void each_refusal_has_its_outcome(void**) {
  // M2, M4
  const std::pair<RefusalReason, Outcome> expected[] = {
      {RefusalReason::wrong_code, Outcome::denied},
      {RefusalReason::expired_code, Outcome::denied},
      {RefusalReason::too_many_tries, Outcome::max_tries},
      {RefusalReason::account_unusable, Outcome::account_unusable},
      {RefusalReason::unavailable, Outcome::unavailable},
  };
  for (const auto& [reason, outcome] : expected) {
    IpcStage stage;
    stage.face.reason = reason;
    assert_true(play(stage.socket(), open_for("anna"), {"wrong"}).outcome == outcome);
  }
}

void account_phase_says_the_standing(void**) {
  // M3, M4
  using Standing = LoginService::Standing;
  IpcStage stage;
  wire::Open open = open_for("anna");
  open.operation = wire::Operation::account;
  const std::pair<Standing, Outcome> expected[] = {{Standing::usable, Outcome::success},
                                                   {Standing::unknown, Outcome::unknown_user},
                                                   {Standing::unusable, Outcome::account_unusable},
                                                   {Standing::unavailable, Outcome::unavailable}};
  for (const auto& [standing, outcome] : expected) {
    stage.face.standing = standing;
    assert_true(play(stage.socket(), open, {}).outcome == outcome);
  }
}

void sessions_carry_the_callers_process(void**) {
  // C2
  const IpcStage stage;
  wire::Open open = open_for("anna");
  open.operation = wire::Operation::open_session;
  open.terminal.value = "pts/0";
  open.remote_host.value = "192.0.2.7";
  assert_true(play(stage.socket(), open, {}).outcome == Outcome::success);
  assert_text(stage.face.session(), "anna pts/0 " + std::to_string(::getpid()) + " 192.0.2.7 sshd");
  open.user.value = "nobody-we-know";
  assert_true(play(stage.socket(), open, {}).outcome == Outcome::unknown_user);
  open.operation = wire::Operation::close_session;
  assert_true(play(stage.socket(), open, {}).outcome == Outcome::unavailable);
}

void first_prompt_is_in_the_services_language(void**) {
  // L5
  const IpcStage stage([](ipc::Settings& settings) {
    ServiceProfile sshd;
    sshd.name = "sshd";
    sshd.language = Language::de;
    settings.services.push_back(sshd);
    settings.language = Language::en;
  });
  wire::Open open = open_for("anna");
  open.locale.value = "it_CH.UTF-8";
  (void)play(stage.socket(), open, {"wrong"});
  assert_true(stage.face.seen().language == Language::de);
  open.service.value = "sudo";
  (void)play(stage.socket(), open, {"wrong"});
  assert_true(stage.face.seen().language == Language::it);
  open.locale.value = "C.UTF-8";
  (void)play(stage.socket(), open, {"wrong"});
  assert_true(stage.face.seen().language == Language::en);
}

void refusals_leave_on_the_schedule_and_successes_at_once(void**) {
  // L5
  const IpcStage stage([](ipc::Settings& settings) { settings.refusal_schedule = 400ms; });
  const double refused =
      seconds_of([&] { (void)play(stage.socket(), open_for("anna"), {"wrong"}); });
  assert_true(refused >= 0.4 && refused < 0.8);
  const double granted = seconds_of([&] {
    (void)play(stage.socket(), open_for("anna"), {"right", "447683"});
  });
  assert_true(granted < 0.3);
}

void held_refusals_hold_no_thread(void**) {
  // L5, C1
  const IpcStage stage([](ipc::Settings& settings) {
    settings.refusal_schedule = 600ms;
    settings.threads = 1;
  });
  std::vector<std::thread> wrong;
  for (int i = 0; i < 20; ++i)
    wrong.emplace_back([&] { (void)play(stage.socket(), open_for("anna"), {"wrong"}); });
  assert_true(soon([&] { return stage.face.answered >= 20; }));
  const double granted = seconds_of([&] {
    (void)play(stage.socket(), open_for("anna"), {"right", "447683"});
  });
  assert_true(granted < 0.3);
  for (std::thread& thread : wrong) thread.join();
}

void exception_is_a_fault_and_its_text_is_not_logged(void**) {
  // M2, J4
  IpcStage stage;
  stage.face.throws = true;
  assert_true(play(stage.socket(), open_for("anna"), {}).outcome == Outcome::internal);
  assert_null(std::strstr(record.text().c_str(), "a secret that must not be logged"));
}

void messages_out_of_turn_hang_up(void**) {
  // C1, M2
  const IpcStage stage;
  const auto deadline = wire::Deadline::in_milliseconds(3'000);
  wire::DaemonMessage message;

  wire::Client eager;
  (void)eager.connect(stage.socket().c_str(), ::getuid(), deadline);
  (void)eager.send(wire::Answer{{"right"}}, deadline);
  assert_true(eager.receive(message, deadline) == wire::ClientFault::closed);

  wire::Client twice;
  (void)twice.connect(stage.socket().c_str(), ::getuid(), deadline);
  (void)twice.send(open_for("anna"), deadline);
  assert_true(twice.receive(message, deadline) == wire::ClientFault::none);
  (void)twice.send(open_for("anna"), deadline);
  assert_true(twice.receive(message, deadline) == wire::ClientFault::closed);
  assert_int_equal(stage.face.started, 1);
}

void failed_conversation_is_neither_answered_nor_judged(void**) {
  // M1
  const IpcStage stage;
  const Seen seen = play(stage.socket(), open_for("anna"), {});
  assert_true(seen.fault == wire::ClientFault::closed);
  assert_int_equal(stage.face.answered, 0);
  assert_true(soon([&] { return stage.server->connections() == 0; }));
}

void neither_typed_names_nor_answers_are_logged(void**) {
  // J4
  const IpcStage stage;
  (void)play(stage.socket(), open_for("typed-password-as-name"), {"typed-answer"});
  assert_null(std::strstr(record.text().c_str(), "typed-"));
  assert_non_null(std::strstr(record.text().c_str(), "decision=refused1"));
}

void the_schedule_begins_with_the_work_and_not_with_the_waiting(void**) {
  // L5: else what waited longer than the schedule would leave when it is judged
  IpcStage stage([](ipc::Settings& settings) {
    settings.refusal_schedule = 200ms;
    settings.threads = 1;
  });
  stage.face.takes = 250ms;
  std::thread first([&] { (void)play(stage.socket(), open_for("anna"), {"wrong"}); });
  assert_true(soon([&] { return stage.face.answered == 1; }));
  // Waits for 250 ms at most, is judged for 250, and leaves 400 after that began.
  const double second =
      seconds_of([&] { (void)play(stage.socket(), open_for("anna"), {"wrong"}); });
  first.join();
  assert_true(second >= 0.4);
}

}  // namespace

int main() {
  initialise_crypto();
  set_log_sink(&record);
  const CMUnitTest tests[] = {
      cmocka_unit_test(right_answers_are_granted),
      cmocka_unit_test(wrong_answer_ends_the_conversation_with_the_persons_words),
      cmocka_unit_test(silent_module_gets_no_words),
      cmocka_unit_test(each_refusal_has_its_outcome),
      cmocka_unit_test(account_phase_says_the_standing),
      cmocka_unit_test(sessions_carry_the_callers_process),
      cmocka_unit_test(first_prompt_is_in_the_services_language),
      cmocka_unit_test(refusals_leave_on_the_schedule_and_successes_at_once),
      cmocka_unit_test(held_refusals_hold_no_thread),
      cmocka_unit_test(exception_is_a_fault_and_its_text_is_not_logged),
      cmocka_unit_test(messages_out_of_turn_hang_up),
      cmocka_unit_test(failed_conversation_is_neither_answered_nor_judged),
      cmocka_unit_test(neither_typed_names_nor_answers_are_logged),
      cmocka_unit_test(the_schedule_begins_with_the_work_and_not_with_the_waiting),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
